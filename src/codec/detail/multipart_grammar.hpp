/// The grammar of a form's Content-Type and of the headers of its parts: what all servers read
/// alike (docs/decisions/0038).
#pragma once

#include <optional>
#include <string_view>

#include "base/ascii.hpp"

namespace weir::codec::detail {

/// Recognized headers of a part, as bits of a set.
enum Header : unsigned {
  kOther = 0,
  kDisposition = 1U << 0U,
  kType = 1U << 1U,
  kLength = 1U << 2U,
  kTransferEncoding = 1U << 3U,
};

[[nodiscard]] Header known_header(std::string_view name);

constexpr bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

constexpr bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7F; }

/// RFC 9110 §5.6.2, without the bytes that have a meaning in parameter names by RFC 2231.
constexpr bool is_token_byte(char c) {
  constexpr std::string_view kOthers = "!#$&+-.^_`|~";
  return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
}

/// Bytes allowed in a field's name. Excluded: quotes, backslashes and percent signs, which some
/// readers treat as escapes; semicolons and equals signs, at which some split regardless of quotes;
/// bytes above ASCII, which have no common character set.
constexpr bool is_name_byte(char c) {
  constexpr std::string_view kNone = "\"\\%;=*'";
  return (c == ' ' || is_visible_ascii(c)) && kNone.find(c) == std::string_view::npos;
}

void skip_blanks(std::string_view& rest);

/// Removes and returns the token at the front; empty if there is none.
[[nodiscard]] std::string_view take_token(std::string_view& rest);

/// Removes a quoted string from the front: the text between the quotes, escapes unchanged.
[[nodiscard]] std::optional<std::string_view> take_quoted(std::string_view& rest);

struct Parameter {
  std::string_view name;  ///< with the asterisk of an extended parameter
  std::string_view value;
  bool quoted = false;
};

/// Calls `visit(Parameter)` for each `; name=value`. Returns false if `rest` has another form or a
/// visit returns false.
template <class F>
bool for_each_parameter(std::string_view rest, F&& visit) {
  while (!rest.empty()) {
    if (rest.front() != ';') return false;
    rest.remove_prefix(1);
    skip_blanks(rest);
    Parameter parameter;
    const auto begin = rest;
    const auto token = take_token(rest);
    if (token.empty()) return false;
    if (rest.starts_with('*')) rest.remove_prefix(1);
    parameter.name = begin.substr(0, begin.size() - rest.size());
    if (!rest.starts_with('=')) return false;
    rest.remove_prefix(1);
    parameter.quoted = rest.starts_with('"');
    if (parameter.quoted) {
      const auto value = take_quoted(rest);
      if (!value) return false;
      parameter.value = *value;
    } else {
      parameter.value = rest.substr(0, rest.find(';'));
      rest.remove_prefix(parameter.value.size());
    }
    if (!visit(parameter)) return false;
  }
  return true;
}

[[nodiscard]] bool is_token(std::string_view text);

/// True for a valid file name, not decoded. A semicolon followed by an equals sign is refused: a
/// careless reader could see another parameter there.
[[nodiscard]] bool is_file_name(const Parameter& parameter);

/// RFC 8187, with the only character set that all readers support.
[[nodiscard]] bool is_extended_file_name(const Parameter& parameter);

/// Character sets that agree on ASCII.
[[nodiscard]] bool is_ascii_charset(std::string_view charset);

}  // namespace weir::codec::detail
