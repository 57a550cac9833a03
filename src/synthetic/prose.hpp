/// The text of an answer: a greeting that repeats the question, then plain sentences.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "synthetic/seed.hpp"

namespace weir::synthetic {

/// The length of an answer, in tokens.
struct Length {
  std::optional<std::int64_t> wanted = {};  ///< unset: the usual length, to the end of a sentence
  std::optional<std::int64_t> limit = {};   ///< the client's max_tokens
};

/// A text generated token by token; it may be far longer than the part in memory.
///
/// Lifetime: value type; the result of next() is valid until the next call.
class Prose {
 public:
  /// Answers `question`; the seed selects the text after the greeting.
  Prose(std::string_view question, std::uint64_t seed, Length length);

  /// The next token with the blanks before it; empty at the end.
  [[nodiscard]] std::string_view next();
  /// All remaining text.
  [[nodiscard]] std::string rest();

  /// Tokens of the whole text.
  [[nodiscard]] std::int64_t size() const { return size_; }
  /// True if the client's limit cut it short.
  [[nodiscard]] bool is_cut() const { return cut_; }

 private:
  [[nodiscard]] std::string_view next_sentence();

  std::string greeting_;
  std::size_t read_ = 0;  ///< bytes read of greeting_; then sentences follow
  std::string_view sentence_;
  Dice dice_;
  std::uint64_t last_sentence_ = 0;
  std::int64_t size_ = 0;
  std::int64_t given_ = 0;
  bool cut_ = false;
};

/// The reasoning of a reasoning model before it answers `question`.
[[nodiscard]] std::string reasoning_about(std::string_view question);

}  // namespace weir::synthetic
