/// The key in an Authorization header.
#pragma once

#include <optional>
#include <string_view>

namespace weir::auth {

/// True if the character may be in a bearer token (token68 without its final `=` signs).
[[nodiscard]] constexpr bool is_token68(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const auto letter = static_cast<unsigned char>((byte | 0x20U) - 'a');
  const auto sign_or_digit = static_cast<unsigned char>(byte - '-');  // "-./" come before "0"
  const bool is_other = (c == '_') | (c == '~') | (c == '+');
  return (letter < 26U) | (sign_or_digit < 13U) | is_other;
}

/// The token of "Bearer <token>", with the scheme in any case; nothing for any other value.
/// REQUIRES: the value has no leading or trailing blanks.
/// Source: RFC 6750 §2.1; RFC 9110 §11.4.
[[nodiscard]] std::optional<std::string_view> parse_bearer(std::string_view header_value);

}  // namespace weir::auth
