/// Character classes of RFC 9110 §5 and RFC 3986, as tables.
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

/// A token (RFC 9110 §5.6.2).
inline constexpr ByteClass kToken = alphanumerics_and("!#$%&'*+-.^_`|~");
/// Names of a request's fields that are read. The underscore is excluded: software behind a gateway
/// often treats it as a hyphen, and Content_Length would then be a second Content-Length.
inline constexpr ByteClass kFieldName = alphanumerics_and("!#$%&'*+-.^`|~");
/// The characters of a path that means what it shows: without dots and percent signs.
inline constexpr ByteClass kPlainPath = alphanumerics_and("-_~/");
/// A path with its slashes and percent signs (RFC 3986 §3.3).
inline constexpr ByteClass kPath = alphanumerics_and("-._~!$&'()*+,;=:@%/");
/// A query (RFC 3986 §3.4), and the characters that browsers leave unencoded in one.
inline constexpr ByteClass kQuery = alphanumerics_and("-._~!$&'()*+,;=:@%/?[]{}|^`\\");
/// A reg-name (RFC 3986 §3.2.2) without the comma: with it, one Host could be two joined fields.
inline constexpr ByteClass kRegName = alphanumerics_and("-._~!$&'()*+;=%");

constexpr bool is_in(const ByteClass& bytes, char c) {
  return bytes[static_cast<unsigned char>(c)];
}

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A byte of a field's value: blank, visible ASCII, or above ASCII (RFC 9110 §5.5).
constexpr bool is_value_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace weir::http::detail
