/// Access to the admin API: roles, sessions, and the bound on failed logins. Pure: time and random
/// bytes are parameters.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/random.hpp"
#include "base/clock.hpp"
#include "base/enum_table.hpp"
#include "base/secret.hpp"

namespace weir::management {

enum class Role : std::uint8_t { viewer, admin };
inline constexpr EnumNames<Role> kRoleNames({{Role::viewer, "viewer"}, {Role::admin, "admin"}});

enum class Credential : std::uint8_t { none, bearer, cookie };

/// The sender of a request, as far as it is known.
struct Caller {
  std::optional<Role> role = {};
  Credential by = Credential::none;
  std::optional<WallTime> expires_at = {};  ///< of a session
};

/// A new text of 256 random bits or more.
[[nodiscard]] Secret make_token(const auth::RandomSource& random);

/// Sessions of browsers, each known by its cookie. A restart ends them all.
class Sessions {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::chrono::hours kLife{12};

  struct Session {
    Secret token;
    Role role;
    WallTime ends;
  };

  /// Ends the oldest session if there are too many.
  const Session& open(Role role, WallTime now, const auth::RandomSource& random);
  /// Null: unknown or over. Valid until the next call.
  [[nodiscard]] const Session* find(std::string_view token, WallTime now) const;
  void close(std::string_view token);

 private:
  std::deque<Session> sessions_;  ///< oldest first
};

/// Failed logins by address: after some within a minute, no more are tried.
class Failures {
 public:
  static constexpr std::size_t kMost = 5;
  static constexpr std::chrono::minutes kWindow{1};
  /// Beyond so many addresses with failures, the others share one count.
  static constexpr std::size_t kAddresses = 1024;

  /// How long the address must wait; nothing: it need not.
  [[nodiscard]] std::optional<std::chrono::seconds> must_wait(std::string_view address,
                                                              MonotonicTime now);
  void add(std::string_view address, MonotonicTime now);

 private:
  using Times = std::deque<MonotonicTime>;
  static void forget(Times& times, MonotonicTime now);
  void forget_all(MonotonicTime now);
  [[nodiscard]] std::string key_of(std::string_view address) const;

  std::unordered_map<std::string, Times> by_address_;
};

/// The value of the cookie `name` in a Cookie field; empty: none.
/// Source: RFC 6265 §4.2.
[[nodiscard]] std::string_view find_cookie(std::string_view field, std::string_view name);

/// `__Host-` makes browsers refuse one that was not set over TLS by this host itself.
[[nodiscard]] constexpr std::string_view cookie_name(bool has_tls) {
  return has_tls ? "__Host-weir_session" : "weir_session";
}

/// The Set-Cookie line for a session's token. Empty: deletes the cookie.
[[nodiscard]] std::string set_cookie_field(const Secret& token, bool has_tls);

}  // namespace weir::management
