/// The key in an Authorization header.
#pragma once

#include <optional>
#include <string_view>

namespace weir::auth {

/// Whether `c` may stand in a bearer token (token68 without its final `=` signs).
[[nodiscard]] constexpr bool is_token68(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~' || c == '+' || c == '/';
}

/// The token of "Bearer <token>", the scheme in any case; nothing for anything else.
/// REQUIRES: the value is already without leading and trailing blanks.
/// Source: RFC 6750 §2.1; RFC 9110 §11.4.
[[nodiscard]] std::optional<std::string_view> parse_bearer(std::string_view header_value);

}  // namespace weir::auth
