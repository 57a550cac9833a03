#include "auth/key_text.hpp"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "auth/bearer.hpp"
#include "base/check.hpp"
#include "store/key_record.hpp"

namespace weir::auth {

namespace {

constexpr std::size_t kKeyIdChars = 12;
constexpr std::size_t kShownPrefixChars = 4;
constexpr std::size_t kShownLastChars = 4;

constexpr bool is_base62(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// CRC-32 of `text` in six base62 digits, most significant first: 62^6 > 2^32.
std::array<char, kKeyChecksumChars> checksum(std::string_view text) {
  auto rest = ::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
  std::array<char, kKeyChecksumChars> digits{};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = kBase62[rest % kBase62.size()];
    rest /= kBase62.size();
  }
  return digits;
}

KeyFault parse_own(std::string_view text) {
  if (text.size() < kKeyChars) return KeyFault::too_short;
  if (text.size() > kKeyChars) return KeyFault::too_long;
  if (!std::ranges::all_of(text.substr(kKeyMarker.size()), is_base62)) {
    return KeyFault::bad_character;
  }
  const auto body = text.substr(0, kKeyChars - kKeyChecksumChars);
  const bool right = std::ranges::equal(checksum(body), text.substr(body.size()));
  return right ? KeyFault::none : KeyFault::bad_checksum;
}

KeyFault parse_foreign(std::string_view text) {
  if (text.size() < kMinKeyChars) return KeyFault::too_short;
  if (text.size() > kMaxKeyChars) return KeyFault::too_long;
  const auto padding = std::ranges::find_if_not(text, is_token68);
  const bool token =
      padding != text.begin() && std::all_of(padding, text.end(), [](char c) { return c == '='; });
  return token ? KeyFault::none : KeyFault::bad_character;
}

}  // namespace

std::string_view describe(KeyFault fault) {
  switch (fault) {
    case KeyFault::none:
      return "valid";
    case KeyFault::too_short:
      return "too short: a key must have at least 16 characters, and exactly 44 if it begins with "
             "sk-weir_";
    case KeyFault::too_long:
      return "too long: a key must have at most 512 characters, and exactly 44 if it begins with "
             "sk-weir_";
    case KeyFault::bad_character:
      return "contains a character that is not allowed: use letters, digits and -._~+/, and = only "
             "at the end";
    case KeyFault::bad_checksum:
      return "begins with sk-weir_, but its checksum is wrong: it is mistyped or was not made by "
             "Weir";
  }
  __builtin_unreachable();
}

Secret generate_key(const RandomSource& random) {
  std::string text;
  text.reserve(kKeyChars);  // so that no copy is left in memory
  text += kKeyMarker;
  append_base62(text, kKeyRandomChars, random);
  const auto digits = checksum(text);
  text.append(digits.data(), digits.size());
  return Secret(std::move(text));
}

std::string generate_key_id(const RandomSource& random) {
  std::string id(store::kKeyIdPrefix);
  append_base62(id, kKeyIdChars, random);
  return id;
}

KeyFault parse_key(std::string_view text) {
  return text.starts_with(kKeyMarker) ? parse_own(text) : parse_foreign(text);
}

std::string_view display_prefix(std::string_view text) {
  DCHECK(parse_key(text) == KeyFault::none);
  const bool own = text.starts_with(kKeyMarker);
  return text.substr(0, kShownPrefixChars + (own ? kKeyMarker.size() : 0));
}

std::string_view display_last4(std::string_view text) {
  DCHECK(parse_key(text) == KeyFault::none);
  return text.substr(text.size() - kShownLastChars);
}

}  // namespace weir::auth
