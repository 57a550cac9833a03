/// Base64 in both alphabets.
///
/// Source: RFC 4648 §4, §5.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::codec {

/// With padding, in the alphabet of §4.
[[nodiscard]] std::string format_base64(std::string_view bytes);

/// Reads either alphabet, with padding or without. Nothing for other text.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

/// The same bytes in the alphabet of §4, with padding. Text that is not base64 stays wrong.
[[nodiscard]] std::string to_standard_base64(std::string_view text);

}  // namespace weir::codec
