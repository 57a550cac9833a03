/// The format of a key: `sk-weir_`, 30 random characters, a checksum of 6.
///
///   sk-weir_7Qm0ZrXv2LkT9sBdNfGhYw4UcEa1Jp0KzB8x   (44 characters, 178 random bits)
///
/// `sk-`: clients and their forms expect it. `weir_`: scanners, people and this code can tell it
/// from other keys. The checksum: a mistyped or invented key is refused without a look-up.
///
/// Source: docs/decisions/0011-key-format-and-digest.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/random.hpp"
#include "base/secret.hpp"

namespace weir::auth {

inline constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view kKeyMarker = "sk-weir_";
inline constexpr std::size_t kKeyRandomChars = 30;
inline constexpr std::size_t kKeyChecksumChars = 6;
inline constexpr std::size_t kKeyChars = kKeyMarker.size() + kKeyRandomChars + kKeyChecksumChars;

/// Bounds of keys chosen by the operator, in the config file.
inline constexpr std::size_t kMinKeyChars = 16;
inline constexpr std::size_t kMaxKeyChars = 512;

enum class KeyFault : std::uint8_t { none, too_short, too_long, bad_character, bad_checksum };
/// For people; never contains any of the key.
[[nodiscard]] std::string_view describe(KeyFault fault);

[[nodiscard]] Secret generate_key(const RandomSource& random);
/// "key_" and 12 random characters.
[[nodiscard]] std::string generate_key_id(const RandomSource& random);

/// Tests if `text` can be a key at all. With the prefix kKeyMarker it must be a complete key of
/// this format; otherwise it may be any 16 to 512 characters allowed in a bearer token.
/// Cost: about 130 ns, allocates nothing.
[[nodiscard]] KeyFault parse_key(std::string_view text);

/// The parts of a key that may be displayed: the marker and four characters, and the last four.
/// REQUIRES: parse_key(text) == KeyFault::none.
[[nodiscard]] std::string_view display_prefix(std::string_view text);
[[nodiscard]] std::string_view display_last4(std::string_view text);

}  // namespace weir::auth
