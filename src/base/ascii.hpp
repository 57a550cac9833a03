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

namespace detail {

template <class Word>
[[nodiscard]] inline bool same_word(const char* text, const char* lower_case) {
  Word word = 0;
  Word expected = 0;
  std::memcpy(&word, text, sizeof(Word));
  std::memcpy(&expected, lower_case, sizeof(Word));
  return lower_word(word) == expected;
}

}  // namespace detail

/// REQUIRES: `lower_case` has no capital letter.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view text,
                                                  std::string_view lower_case) {
  const auto size = text.size();
  if (size != lower_case.size()) return false;
  if !consteval {
    // Names of fields are compared several times per request. The last word overlaps the one
    // before it.
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    if (size >= kWord) {
      for (std::size_t at = 0;; at = std::min(at + kWord, size - kWord)) {
        if (!detail::same_word<std::uint64_t>(text.data() + at, lower_case.data() + at))
          return false;
        if (at + kWord == size) return true;
      }
    }
    constexpr std::size_t kHalf = sizeof(std::uint32_t);
    if (size >= kHalf) {
      const auto last = size - kHalf;
      return detail::same_word<std::uint32_t>(text.data(), lower_case.data()) &&
             detail::same_word<std::uint32_t>(text.data() + last, lower_case.data() + last);
    }
  }
  return std::ranges::equal(text, lower_case, {}, lower);
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
