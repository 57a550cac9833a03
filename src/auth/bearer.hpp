/// The key in an Authorization header.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace weir::auth {

/// Indexed by character: true if it may be in a bearer token (token68 without its final `=` signs).
inline constexpr auto kToken68 = [] {
  std::array<bool, 256> allowed{};
  constexpr std::string_view kSigns = "-._~+/";
  for (unsigned c = 0; c < allowed.size(); ++c) {
    allowed[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 kSigns.find(static_cast<char>(c)) != kSigns.npos;
  }
  return allowed;
}();

[[nodiscard]] constexpr bool is_token68(char c) { return kToken68[static_cast<unsigned char>(c)]; }

/// The token of "Bearer <token>", with the scheme in any case; nothing for any other value.
/// REQUIRES: the value has no leading or trailing blanks.
/// Source: RFC 6750 §2.1; RFC 9110 §11.4.
[[nodiscard]] std::optional<std::string_view> parse_bearer(std::string_view header_value);

}  // namespace weir::auth
