/// ASCII letters and blanks, independent of any locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace weir {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// REQUIRES: `lower_case` has no capital letter.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view text,
                                                  std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, lower);
}

/// Removes leading and trailing blanks, tabs and line ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace weir
