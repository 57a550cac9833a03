/// Collects unknown words of typed fields, for the operator.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::discovery::kinds {

/// Distinct words in order of occurrence, at most kMaxUnknownWords.
class UnknownWords {
 public:
  /// Keeps texts that can be words: letters, digits, `-`, `_` and blanks, beginning with a letter,
  /// truncated to 32 bytes. Paths, addresses and ids in a typed field are dropped.
  void note(std::string_view word);
  [[nodiscard]] std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

}  // namespace weir::discovery::kinds
