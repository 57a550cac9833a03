/// Percent-encoding of URL parts, and decoding.
///
/// Source: RFC 3986 §2.1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::codec {

/// The meaning of `+`: itself in a path, a space in a query.
enum class Plus : bool { itself, space };

/// Decodes each `%XX` once; `%2F` becomes a slash.
///
/// Errors: malformed_request for a `%` without two hexadecimal digits, and for `%00`: no valid name
/// holds a NUL, and much software stops reading at one.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, Plus plus = Plus::itself);

/// Encodes `text` for a path segment or a query: all but the unreserved characters of RFC 3986 §2.3
/// are escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace weir::codec
