#include "codec/json_value.hpp"

#include <charconv>

#include "codec/hex.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

namespace weir::codec {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto push_tail = [&](unsigned shift) { push(0x80U | (point >> shift & 0x3FU)); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xC0U | point >> 6U);
    push_tail(0);
  } else if (point < 0x10000) {
    push(0xE0U | point >> 12U);
    push_tail(6);
    push_tail(0);
  } else {
    push(0xF0U | point >> 18U);
    push_tail(12);
    push_tail(6);
    push_tail(0);
  }
}

// Removes `\uXXXX` from the front.
std::optional<std::uint32_t> take_code_unit(std::string_view& rest) {
  constexpr std::size_t kLength = 6;
  if (rest.size() < kLength || !rest.starts_with("\\u")) return std::nullopt;
  std::uint32_t unit = 0;
  for (char c : rest.substr(2, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    unit = unit << 4U | static_cast<std::uint32_t>(digit);
  }
  rest.remove_prefix(kLength);
  return unit;
}

bool take_code_point(std::string_view& rest, std::string& out) {
  const auto is_high = [](std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_low = [](std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; };
  const auto first = take_code_unit(rest);
  if (!first || is_low(*first)) return false;
  if (!is_high(*first)) {
    append_utf8(out, *first);
    return true;
  }
  const auto second = take_code_unit(rest);
  if (!second || !is_low(*second)) return false;
  append_utf8(out, 0x10000U + ((*first - 0xD800U) << 10U) + (*second - 0xDC00U));
  return true;
}

bool take_escape(std::string_view& rest, std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (rest.size() < 2) return false;
  if (rest[1] == 'u') return take_code_point(rest, out);
  const auto letter = kLetters.find(rest[1]);
  if (letter == std::string_view::npos) return false;
  out.push_back(kMeanings[letter]);
  rest.remove_prefix(2);
  return true;
}

}  // namespace

std::optional<std::string> decode_json_text(std::string_view rest) {
  if (is_plain_json(rest)) return std::string(rest);
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    if (rest.front() == '\\') {
      if (!take_escape(rest, out)) return std::nullopt;
      continue;
    }
    const auto length = utf8_sequence_length(rest);
    const bool bare = static_cast<unsigned char>(rest.front()) < 0x20 || rest.front() == '"';
    if (length == 0 || bare) return std::nullopt;
    out.append(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return out;
}

std::optional<std::string> parse_json_string(std::string_view raw) {
  const bool quoted = raw.size() >= 2 && raw.front() == '"' && raw.back() == '"';
  return quoted ? decode_json_text(raw.substr(1, raw.size() - 2)) : std::nullopt;
}

std::optional<std::int64_t> parse_json_integer(std::string_view raw) {
  const auto digits = raw.substr(raw.starts_with('-') ? 1 : 0);
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return value;
}

}  // namespace weir::codec
