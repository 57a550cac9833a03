/// Objects of arguments, as a model wrote them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::translation::detail {

/// True if `text` is one JSON object, as every reader takes it.
///
/// Cost: one pass. Its values take no memory, however many there are.
[[nodiscard]] bool is_json_object(std::string_view text, std::size_t max_depth);

/// Makes the JSON in `out` from `begin` on one line, to every reader of lines. Breaks between
/// tokens go; U+0085, U+2028 and U+2029, at which Python's splitlines() ends a line too, are
/// escaped.
///
/// Source: docs.python.org, str.splitlines(), which httpx and google-genai 1.x read streams with,
/// 2026-11.
void make_one_line(std::string& out, std::size_t begin);

}  // namespace weir::translation::detail
