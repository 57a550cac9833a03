#include "codec/json_text.hpp"

#include <algorithm>
#include <array>

#include "base/word.hpp"
#include "codec/utf8.hpp"

namespace weir::codec {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (int byte = 0; byte < 256; ++byte) {
    plain[static_cast<std::size_t>(byte)] = is_plain(static_cast<char>(byte));
  }
  return plain;
}();

// As is_plain, of eight bytes at once.
constexpr bool is_plain_word(std::uint64_t bytes) {
  const auto above_ascii = bytes & word::kHighs;
  return (word::below(bytes, 0x20) | word::equal(bytes, '"') | word::equal(bytes, '\\') |
          above_ascii) == 0;
}

std::size_t plain_prefix(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && kPlain[static_cast<unsigned char>(text[length])]) ++length;
  return length;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out.push_back(kDigits[byte >> 4U]);
  out.push_back(kDigits[byte & 0x0FU]);
}

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// From the end, two digits at a time: std::to_chars counts the digits first, which for the numbers
// of a call, most of them short, takes as long again.
void append_digits(std::string& out, std::uint64_t value, bool negative) {
  std::array<char, 20> digits;  // "-9223372036854775808", "18446744073709551615"
  char* const end = digits.data() + digits.size();
  char* at = end;
  for (; value >= 10; value /= 100) {
    const char* const pair = &kPairs[2 * (value % 100)];
    *--at = pair[1];
    *--at = pair[0];
  }
  if (value > 0 || at == end) *--at = static_cast<char>('0' + value);
  if (negative) *--at = '-';
  out.append(at, end);
}

}  // namespace

// The last word overlaps the one before it.
bool is_plain_json(std::string_view text) {
  if (text.size() < word::kBytes) return plain_prefix(text) == text.size();
  const auto last = text.size() - word::kBytes;
  for (std::size_t at = 0;; at = std::min(at + word::kBytes, last)) {
    if (!is_plain_word(word::load(text.data() + at))) return false;
    if (at == last) return true;
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (;;) {
    const auto plain = plain_prefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;

    const auto length = utf8_sequence_length(text);
    if (length == 0) {
      out.append(kReplacement);
    } else if (length == 1) {
      append_escape(out, text.front());
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.push_back('"');
}

void append_json_integer(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  append_digits(out, value < 0 ? 0 - bits : bits, value < 0);
}
void append_json_integer(std::string& out, std::uint64_t value) {
  append_digits(out, value, false);
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_.push_back(':');
  comma_due_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  comma_due_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  comma_due_ = true;
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  separate();
  out_.append(text);
  return *this;
}

void JsonWriter::separate() {
  if (comma_due_) out_.push_back(',');
  comma_due_ = true;
}

}  // namespace weir::codec
