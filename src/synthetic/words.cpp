#include "synthetic/words.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"
#include "codec/utf8.hpp"

namespace weir::synthetic {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Lead bytes are sufficient: E3..E9 and EA..ED are U+3000 to U+D7FF (kana, Han, Hangul), EF A4..BF
// their compatibility forms, F0 A0 and up the rarer Han.
bool is_ideograph(std::string_view sequence) {
  if (sequence.size() < 3) return false;
  const auto lead = static_cast<unsigned char>(sequence[0]);
  const auto second = static_cast<unsigned char>(sequence[1]);
  if (lead == 0xEF) return second >= 0xA4 && second <= 0xAB;
  if (lead == 0xF0) return second >= 0xA0 && second <= 0xB3;
  return (lead > 0xE3 && lead <= 0xED) || (lead == 0xE3 && second >= 0x81);
}

std::size_t sequence_length(std::string_view text) {
  return std::max<std::size_t>(codec::utf8_sequence_length(text), 1);
}

bool is_word_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view without_leading_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string search_word(std::string_view token) {
  const auto first = std::ranges::find_if(token, is_word_character);
  auto last = token.end();
  while (last != first && !is_word_character(*(last - 1))) --last;
  std::string word(first, last);
  std::ranges::transform(word, word.begin(), lower);
  return word;
}

}  // namespace

std::string_view take_token(std::string_view& text) {
  std::size_t end = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t start = end;
  while (end < text.size() && !kBlanks.contains(text[end])) {
    const std::size_t length = sequence_length(text.substr(end));
    if (is_ideograph(text.substr(end, length))) {
      if (end == start) end += length;
      break;
    }
    end += length;
  }
  const std::string_view token = end == start ? std::string_view{} : text.substr(0, end);
  text.remove_prefix(end);
  return token;
}

std::int64_t count_tokens(std::string_view text) {
  std::int64_t count = 0;
  while (!take_token(text).empty()) ++count;
  return count;
}

std::string_view first_tokens(std::string_view text, std::int64_t count) {
  text = without_leading_blanks(text);
  std::string_view rest = text;
  std::size_t length = 0;
  for (; count > 0; --count) length += take_token(rest).size();
  return text.substr(0, length);
}

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  for (auto token = take_token(text); !token.empty(); token = take_token(text)) {
    auto word = search_word(token);
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

}  // namespace weir::synthetic
