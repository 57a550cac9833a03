/// Decodes raw JSON values: strings and integers.
///
/// Source: RFC 8259.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::codec {

/// Decodes a raw JSON string, quotes included. Nothing if it is malformed: bad escapes, lone
/// surrogates, control characters, bytes that are not UTF-8.
[[nodiscard]] std::optional<std::string> parse_json_string(std::string_view raw);

/// A raw JSON number as an integer. Nothing for any other value, or one out of range, or written
/// with a fraction or an exponent (1.0, 1e3).
[[nodiscard]] std::optional<std::int64_t> parse_json_integer(std::string_view raw);

/// Decodes the text between the quotes of a raw JSON string.
[[nodiscard]] std::optional<std::string> decode_json_text(std::string_view text);

}  // namespace weir::codec
