/// ASCII letters, blanks and words, independent of any locale.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// As `lower`, of eight bytes at once: a byte's high bit tells whether it is a capital letter.
[[nodiscard]] constexpr std::uint64_t lower_word(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 0xFF;
  const auto low_bits = bytes & (kOnes * 0x7F);
  const auto from_a = low_bits + kOnes * (0x80 - 'A');
  const auto behind_z = low_bits + kOnes * (0x7F - 'Z');
  const auto capitals = from_a & ~behind_z & ~bytes & (kOnes * 0x80);
  return bytes | capitals >> 2U;
}

/// REQUIRES: `lower_case` has no capital letter.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view text,
                                                  std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  std::size_t at = 0;
  if !consteval {
    // Names of fields are compared several times per request.
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    for (; text.size() - at >= kWord; at += kWord) {
      std::uint64_t word = 0;
      std::uint64_t expected = 0;
      std::memcpy(&word, text.data() + at, kWord);
      std::memcpy(&expected, lower_case.data() + at, kWord);
      if (lower_word(word) != expected) return false;
    }
  }
  return std::ranges::equal(text.substr(at), lower_case.substr(at), {}, lower);
}

/// True for host names, origins or ids that differ in case at most.
[[nodiscard]] constexpr bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// Removes leading and trailing white space.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Removes the next word from `rest`, with the blanks before it and one behind it, and returns it;
/// empty at the end.
[[nodiscard]] constexpr std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  return word;
}

}  // namespace weir
