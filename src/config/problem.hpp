/// What is wrong in a config file, told so that the reader can mend it without looking anything up:
/// where, which setting, what it holds, what it should hold.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

/// Where something stands in the file; counted from 1, and 0 where it stands nowhere.
struct Position {
  int line = 0;
  int column = 0;
};

struct Problem {
  std::string file;
  int line = 0;  ///< 0: the file as a whole
  int column = 0;
  std::string setting;  ///< "upstreams[0].kind"; empty: no setting in particular
  std::string value;    ///< as to be shown: `"vlm"`, `a list`, `***`; empty: not about a value
  std::string what = "is not allowed";
  std::string expected;    ///< empty: goes without saying
  std::string suggestion;  ///< empty: nothing comes near
};

/// One line, no line break:
/// `weir.yaml:12: upstreams[0].kind: "vlm" is not allowed; expected one of … (did you mean
/// "vllm"?)`.
[[nodiscard]] std::string format_problem(const Problem& problem);

/// One line each, every line ended.
[[nodiscard]] std::string format_problems(std::span<const Problem> problems);

/// `text` in quotes, on one line, cut when long, and without the user name and password a URL may
/// carry.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The candidate that `text` was probably meant to be: a few letters off, in another case, with
/// `-` for `_`, or with a word too many. Empty when none comes near.
[[nodiscard]] std::string nearest(std::string_view text,
                                  std::span<const std::string_view> candidates);

}  // namespace weir::config
