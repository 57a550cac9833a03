/// A problem in a config file, reported so that the reader can fix it without looking anything up:
/// position, setting, value, expected value.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

/// A position in the file, counted from 1; 0 if there is none.
struct Position {
  int line = 0;
  int column = 0;
};

struct Problem {
  std::string file;
  int line = 0;  ///< 0: the file as a whole
  int column = 0;
  std::string setting;  ///< "upstreams[0].kind"; empty: no particular setting
  std::string value;    ///< as displayed: `"vlm"`, `a list`, `***`; empty: not about a value
  std::string what = "is not allowed";
  std::string expected;    ///< empty: obvious
  std::string suggestion;  ///< empty: no candidate is near
};

/// One line, no line break:
/// `weir.yaml:12: upstreams[0].kind: "vlm" is not allowed; expected one of … (did you mean
/// "vllm"?)`.
[[nodiscard]] std::string format_problem(const Problem& problem);

/// One line each, with a line break after every one.
[[nodiscard]] std::string format_problems(std::span<const Problem> problems);

/// `text` in quotes, on one line, shortened if long, and without the user name and password that a
/// URL may contain.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The candidate that `text` was probably meant to be: a few letters off, in another case, with `-`
/// for `_`, or with an extra word. Empty if none is near.
[[nodiscard]] std::string nearest(std::string_view text,
                                  std::span<const std::string_view> candidates);

}  // namespace weir::config
