/// The words of typed fields that no table knows, for the operator to see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::discovery::kinds {

/// Distinct, in the order of their coming, at most kMaxUnknownWords.
class UnknownWords {
 public:
  /// Keeps what can be a word: letters, digits, `-`, `_` and blanks, with a letter first, cut to
  /// 32 bytes. Paths, addresses and ids that stand in a typed field are not kept.
  void note(std::string_view word);
  [[nodiscard]] std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

}  // namespace weir::discovery::kinds
