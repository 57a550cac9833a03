#include "codec/shell_word.hpp"

#include <algorithm>

namespace weir::codec {
namespace {

bool is_plain(char c) {
  constexpr std::string_view kSigns = "/._-+:,@%=";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kSigns.contains(c);
}

}  // namespace

std::string format_shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += R"('\'')";
    } else {
      word += c;
    }
  }
  word += '\'';
  return word;
}

}  // namespace weir::codec
