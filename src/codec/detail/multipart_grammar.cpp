#include "codec/detail/multipart_grammar.hpp"

#include <algorithm>

#include "codec/hex.hpp"
#include "codec/utf8.hpp"

namespace weir::codec::detail {

Header known_header(std::string_view name) {
  if (equals_ignoring_case(name, "content-disposition")) return kDisposition;
  if (equals_ignoring_case(name, "content-type")) return kType;
  if (equals_ignoring_case(name, "content-length")) return kLength;
  if (equals_ignoring_case(name, "content-transfer-encoding")) return kTransferEncoding;
  return kOther;
}

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
}

std::string_view take_token(std::string_view& rest) {
  const auto end = std::ranges::find_if_not(rest, is_token_byte);
  const auto token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(token.size());
  return token;
}

std::optional<std::string_view> take_quoted(std::string_view& rest) {
  bool escaped = false;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '"' && !escaped) {
      const auto text = rest.substr(1, at - 1);
      rest.remove_prefix(at + 1);
      return text;
    }
    escaped = rest[at] == '\\' && !escaped;
  }
  return std::nullopt;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

bool is_file_name(const Parameter& parameter) {
  const auto text = parameter.value;
  // Servers differ in whether an empty file name makes a file or a field.
  if (text.empty()) return false;
  if (!parameter.quoted) return is_token(text);
  const auto semicolon = text.find(';');
  return std::ranges::none_of(text, is_control) && is_utf8(text) &&
         (semicolon == std::string_view::npos ||
          text.find('=', semicolon) == std::string_view::npos);
}

bool is_extended_file_name(const Parameter& parameter) {
  constexpr std::string_view kCharset = "utf-8''";
  auto text = parameter.value;
  if (parameter.quoted || text.size() <= kCharset.size() ||
      !equals_ignoring_case(text.substr(0, kCharset.size()), kCharset)) {
    return false;
  }
  text.remove_prefix(kCharset.size());
  while (!text.empty()) {
    const bool escape = text.front() == '%';
    if (escape && (text.size() < 3 || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)) {
      return false;
    }
    if (!escape && !is_token_byte(text.front())) return false;
    text.remove_prefix(escape ? 3 : 1);
  }
  return true;
}

bool is_ascii_charset(std::string_view charset) {
  return equals_ignoring_case(charset, "us-ascii") || equals_ignoring_case(charset, "iso-8859-1");
}

}  // namespace weir::codec::detail
