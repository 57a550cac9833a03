/// Finds the end of a JSON string. Called for each string, hence inlined.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/word.hpp"

namespace weir::codec::detail {

/// As text.find(c, from), but inlined for texts that are mostly short.
template <char c>
[[gnu::always_inline]] inline std::size_t find_near(std::string_view text, std::size_t from) {
  for (int i = 0; i < 3 && text.size() - from >= word::kBytes; ++i, from += word::kBytes) {
    const auto found = word::equal(word::load(text.data() + from), c);
    if (found != 0) return from + word::first(found);
  }
  return text.find(c, from);
}

struct StringEnd {
  bool found;
  std::size_t at;  ///< behind the closing quote, or the end of the text
  bool escapes;    ///< the text ends with a backslash that escapes the next byte
};

/// The end of the string that contains `from`.
[[gnu::always_inline]] inline StringEnd find_string_end(std::string_view text, std::size_t from) {
  for (;;) {
    const auto quote = find_near<'"'>(text, from);
    const auto end = std::min(quote, text.size());
    auto run = end;  // of backslashes; if odd, the last one escapes the next byte
    while (run > from && text[run - 1] == '\\') --run;
    const bool escapes = (end - run) % 2 != 0;
    if (quote == std::string_view::npos) return {false, end, escapes};
    from = quote + 1;
    if (!escapes) return {true, from, false};
  }
}

}  // namespace weir::codec::detail
