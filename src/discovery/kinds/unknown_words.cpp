#include "discovery/kinds/unknown_words.hpp"

#include <algorithm>
#include <cctype>

#include "discovery/inquiry.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::size_t kMaxWordBytes = 32;
// More digits than a word of such a field has ("text2audio", "3d"): an id, a hash or an address.
constexpr auto kMaxDigits = 4;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == ' ';
}

bool is_word(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_word_character) &&
         std::ranges::count_if(text, is_digit) <= kMaxDigits;
}

}  // namespace

void UnknownWords::note(std::string_view word) {
  if (words_.size() >= kMaxUnknownWords || !is_word(word)) return;
  word = word.substr(0, kMaxWordBytes);
  if (std::ranges::find(words_, word) == words_.end()) words_.emplace_back(word);
}

}  // namespace weir::discovery::kinds
