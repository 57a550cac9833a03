#include "codec/glob.hpp"

namespace weir::codec {
namespace {

constexpr bool matches_byte(char wanted, char c) { return wanted == '?' || wanted == c; }

}  // namespace

bool is_glob(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

// The leftmost match of what stands between two stars is always as good as a later one, so only
// the last star ever has to be tried again: no recursion, no exponential patterns.
bool glob_matches(std::string_view pattern, std::string_view text) {
  // What follows the last star can only stand at the end; this refuses most texts at once.
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
  std::size_t star_end = 0;  // where in `text` the last star's run ends
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

}  // namespace weir::codec
