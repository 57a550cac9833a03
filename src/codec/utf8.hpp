/// Well-formedness of UTF-8.
///
/// Source: The Unicode Standard, table 3-7 (well-formed byte sequences); RFC 3629.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace weir::codec {

/// Length of the well-formed sequence at the start of `text`: 1 to 4; 0 if there is none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

/// Length of the prefix of well-formed sequences of more than one byte each.
[[nodiscard]] std::size_t utf8_multibyte_prefix(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Checks a text that arrives in pieces.
/// Lifetime: value type.
class Utf8Checker {
 public:
  /// False if the text so far cannot be the beginning of UTF-8; then do not feed it again.
  [[nodiscard]] bool feed(std::string_view piece);
  /// True if the text may end here: no sequence is cut in two.
  [[nodiscard]] bool complete() const { return pending_ == 0; }

 private:
  std::array<char, 4> sequence_{};  // the one that a piece has cut
  std::size_t pending_ = 0;         // bytes of it
};

/// The longest prefix of at most `max_bytes` that does not split a well-formed sequence.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace weir::codec
