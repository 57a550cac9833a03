/// A video's request id as the client sees it: the upstream's own id and its place, sealed. From it
/// any node finds the upstream for the status call, without a table; nobody can forge one that
/// leads elsewhere, and only the key that submitted the video can use it (docs/decisions/0019).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"

namespace weir::gateway {

struct RequestPlace {
  std::string upstream;    ///< its name in the settings
  std::string model;       ///< the client's id; the caller must be allowed to call it
  std::string request_id;  ///< as the upstream issued it

  bool operator==(const RequestPlace&) const = default;
};

/// Seals and opens request ids: AES-256-SIV (RFC 5297) under a key derived from the pepper. The
/// text reveals only its length.
///
/// Threads: any; immutable. Cost: some microseconds each.
class RequestSeal {
 public:
  /// `pepper` is the same on all nodes.
  explicit RequestSeal(const Secret& pepper);

  /// Seals `place` for the key with this `identity` (auth::KeyEntry). The text is safe in JSON and
  /// in a URL. REQUIRES: identity is not empty.
  [[nodiscard]] std::string seal(const RequestPlace& place, std::string_view identity,
                                 WallTime now) const;

  /// Nothing for a text that was not sealed here for this key, or that is `lifetime` old or older.
  /// One issued in the future is accepted, since the clocks of nodes differ.
  /// REQUIRES: identity is not empty.
  [[nodiscard]] std::optional<RequestPlace> open(std::string_view text, std::string_view identity,
                                                 WallTime now,
                                                 std::chrono::milliseconds lifetime) const;

 private:
  Secret key_;
};

}  // namespace weir::gateway
