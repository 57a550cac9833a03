/// A stored key: all its properties except its text, which is never stored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/key_grant.hpp"

namespace weir::store {

/// HMAC-SHA-256 of a key's text; auth/digest.hpp makes it.
using Digest = std::array<std::byte, 32>;

/// Spelled in the store as the enumerator.
enum class KeyState : std::uint8_t { active, disabled, revoked };
[[nodiscard]] std::string_view name(KeyState state);
[[nodiscard]] std::optional<KeyState> parse_key_state(std::string_view text);

/// One text that authenticates as a key. A key has one, and several during a rotation.
struct KeySecret {
  Digest digest{};
  std::string prefix;  ///< the first characters of the text, for display
  std::string last4;   ///< the last ones
  WallTime created_at;
  std::optional<WallTime> valid_until;  ///< set on a replaced secret: expired from then on

  bool operator==(const KeySecret&) const = default;
};

/// One key. Rotation adds a secret and leaves the rest, so that id, name, permissions and limits
/// stay the same.
///
/// Units: times are stored in milliseconds, rounded down.
struct KeyRecord {
  std::string id;    ///< "key_…", public, never used again
  std::string name;  ///< unique among keys that are not revoked
  WallTime created_at;
  KeyState state = KeyState::active;
  std::optional<WallTime> revoked_at;
  KeyGrant grant;
  std::vector<KeySecret> secrets;  ///< newest first, at least one

  bool operator==(const KeyRecord&) const = default;
};

inline constexpr std::string_view kKeyIdPrefix = "key_";
inline constexpr std::size_t kMaxKeyNameBytes = 100;

/// The validation that every store applies to a key. Errors: invalid_parameter, naming the field.
[[nodiscard]] Result<> check(const KeyRecord& key);

/// `time` with the precision of a store.
[[nodiscard]] WallTime stored(WallTime time);

/// `key` as a store returns it.
[[nodiscard]] KeyRecord stored(KeyRecord key);

}  // namespace weir::store
