#include "translation/detail/lenient_json.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json/parse.hpp>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::size_t kEscapeBytes = 6;  // \uD83D

std::optional<json::value> parse(std::string_view text, std::size_t max_depth,
                                 const json::storage_ptr& storage) {
  json::parse_options options;
  options.max_depth = max_depth;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  auto value = json::parse(text, error, storage, options);
  if (error) return std::nullopt;
  return value;
}

// The kind of surrogate that an escape at the start of `text` is: 'l'ow, 'h'igh, or 0.
char surrogate_at(std::string_view text) {
  if (text.size() < kEscapeBytes || !text.starts_with("\\u")) return 0;
  if (text[2] != 'd' && text[2] != 'D') return 0;
  switch (text[3]) {
    case '8':
    case '9':
    case 'a':
    case 'A':
    case 'b':
    case 'B':
      return 'h';
    case 'c':
    case 'C':
    case 'd':
    case 'D':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
      return 'l';
    default:
      return 0;
  }
}

std::string without_halves(std::string_view text) {
  std::string whole;
  whole.reserve(text.size());
  while (!text.empty()) {
    const auto at = std::min(text.find('\\'), text.size());
    whole += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty()) break;
    const char kind = surrogate_at(text);
    std::size_t taken = std::min<std::size_t>(2, text.size());  // any other escape
    if (kind == 'h' && surrogate_at(text.substr(kEscapeBytes)) == 'l') {
      taken = 2 * kEscapeBytes;
    } else if (kind != 0) {
      whole += "\\ufffd";
      text.remove_prefix(kEscapeBytes);
      continue;
    }
    whole += text.substr(0, taken);
    text.remove_prefix(taken);
  }
  return whole;
}

}  // namespace

std::size_t count_values(std::string_view text) {
  const auto begins = [](char c) { return c == ',' || c == '[' || c == '{'; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins)) + 1;
}

std::optional<json::value> parse_lenient(std::string_view text, std::size_t max_depth,
                                         json::storage_ptr storage) {
  if (text.size() > kMaxValues && count_values(text) > kMaxValues) return std::nullopt;
  if (auto value = parse(text, max_depth, storage)) return value;
  if (!text.contains("\\u")) return std::nullopt;
  return parse(without_halves(text), max_depth, storage);
}

}  // namespace weir::translation::detail
