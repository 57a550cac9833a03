/// Which bytes may stand where: the character classes of RFC 9110 §5 and RFC 3986 as tables.
#pragma once

#include <array>
#include <string_view>

namespace weir::http::detail {

using ByteClass = std::array<bool, 256>;

constexpr ByteClass alphanumerics_and(std::string_view others) {
  ByteClass bytes{};
  for (int c = '0'; c <= '9'; ++c) bytes[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) bytes[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) bytes[static_cast<std::size_t>(c)] = true;
  for (const char c : others) bytes[static_cast<unsigned char>(c)] = true;
  return bytes;
}

/// RFC 9110 §5.6.2.
inline constexpr ByteClass kToken = alphanumerics_and("!#$%&'*+-.^_`|~");
/// Names of a request's fields. Without the underscore: what stands behind a server often cannot
/// tell it from the hyphen, and then Content_Length is a second Content-Length.
inline constexpr ByteClass kFieldName = alphanumerics_and("!#$%&'*+-.^`|~");
/// RFC 3986 §3.3, with the percent sign and the slash.
inline constexpr ByteClass kPath = alphanumerics_and("-._~!$&'()*+,;=:@%/");
/// RFC 3986 §3.4, and what browsers leave as it is.
inline constexpr ByteClass kQuery = alphanumerics_and("-._~!$&'()*+,;=:@%/?[]{}|^`\\");
/// RFC 3986 §3.2.2 without the comma: with it one Host could be two that were joined.
inline constexpr ByteClass kRegName = alphanumerics_and("-._~!$&'()*+;=%");

constexpr bool is_in(const ByteClass& bytes, char c) {
  return bytes[static_cast<unsigned char>(c)];
}

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of a field's value: blanks, visible ASCII and what is above it (RFC 9110 §5.5).
constexpr bool is_value_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/// Without the blanks around it.
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace weir::http::detail
