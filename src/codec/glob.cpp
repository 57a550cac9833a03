#include "codec/glob.hpp"

#include <vector>

namespace weir::codec {
namespace {

constexpr bool matches_byte(char wanted, char c) { return wanted == '?' || wanted == c; }

}  // namespace

bool is_glob(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

// The leftmost match of the text between two stars is as good as any later one, so only the last
// star ever has to be retried: no recursion, no exponential patterns.
bool glob_matches(std::string_view pattern, std::string_view text) {
  // The text after the last star can only match the end; this refuses most texts at once.
  while (!pattern.empty() && pattern.back() != '*') {
    if (text.empty() || !matches_byte(pattern.back(), text.back())) return false;
    pattern.remove_suffix(1);
    text.remove_suffix(1);
  }
  if (pattern.empty()) return text.empty();

  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = kNone;
  std::size_t star_end = 0;  // end of the last star's run in `text`
  while (t < text.size()) {
    if (pattern[p] == '*') {
      if (++p == pattern.size()) return true;
      after_star = p;
      star_end = t;
    } else if (matches_byte(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (after_star != kNone) {
      p = after_star;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNone;
}

// Computes row by row from the ends: a cell is true if the remainders of `a` and `b` have a text in
// common.
bool globs_overlap(std::string_view a, std::string_view b) {
  const auto width = b.size() + 1;
  std::vector<bool> below(width);  // the row of the next byte of `a`
  below[b.size()] = true;
  for (auto j = b.size(); j-- > 0;) below[j] = b[j] == '*' && below[j + 1];
  for (auto i = a.size(); i-- > 0;) {
    std::vector<bool> row(width);
    row[b.size()] = a[i] == '*' && below[b.size()];
    for (auto j = b.size(); j-- > 0;) {
      if (a[i] == '*' || b[j] == '*') {
        row[j] = below[j] || row[j + 1];
      } else {
        row[j] = (matches_byte(a[i], b[j]) || b[j] == '?') && below[j + 1];
      }
    }
    below = std::move(row);
  }
  return below[0];
}

}  // namespace weir::codec
