/// Well-formedness of UTF-8.
///
/// Source: The Unicode Standard, table 3-7 (well-formed byte sequences); RFC 3629.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::codec {

/// Bytes of the well-formed sequence that `text` starts with: 1 to 4; 0 if it starts with none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

/// The longest prefix of at most `max_bytes` that does not cut a well-formed sequence in two.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace weir::codec
