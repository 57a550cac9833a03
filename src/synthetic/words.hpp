/// Tokens and words of a text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::synthetic {

/// Removes the first token from `text`: leading blanks, then a run of other characters, or one
/// Chinese, Japanese or Korean character. Empty if only blanks are left. The concatenated tokens
/// are the text without its trailing blanks.
[[nodiscard]] std::string_view take_token(std::string_view& text);

[[nodiscard]] std::int64_t count_tokens(std::string_view text);

/// The first `count` tokens, without surrounding blanks.
[[nodiscard]] std::string_view first_tokens(std::string_view text, std::int64_t count);

/// Terms for a search: tokens in lower case (ASCII) without punctuation at either end; tokens of
/// punctuation alone are dropped.
[[nodiscard]] std::vector<std::string> search_words(std::string_view text);

}  // namespace weir::synthetic
