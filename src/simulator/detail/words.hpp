/// Tokens and words of a text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::simulator::detail {

/// Takes the first token off `text`: the blanks before it, then a run of other characters, or one
/// Chinese, Japanese or Korean character. Empty when nothing but blanks is left. All tokens of a
/// text in a row are the text, without the blanks at its end.
[[nodiscard]] std::string_view take_token(std::string_view& text);

[[nodiscard]] std::int64_t count_tokens(std::string_view text);

/// The first `count` tokens, without the blanks around them.
[[nodiscard]] std::string_view first_tokens(std::string_view text, std::int64_t count);

/// What a search compares: tokens in lower case (ASCII) without punctuation at either end, and
/// without those that are nothing else.
[[nodiscard]] std::vector<std::string> search_words(std::string_view text);

}  // namespace weir::simulator::detail
