/// Percent-encoding of URL parts, and decoding.
///
/// Source: RFC 3986 §2.1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::codec {

/// What `+` stands for: itself in a path, a space in a query.
enum class Plus : bool { itself, space };

/// Decodes each `%XX` once; `%2F` becomes a slash like any other.
///
/// Errors: malformed_request for a `%` without two hexadecimal digits, and for `%00`: no name of
/// ours holds a NUL, and many things down the line stop reading at one.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, Plus plus = Plus::itself);

/// `text` for use inside a path segment or a query: everything but the unreserved characters of RFC
/// 3986 §2.3 is escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace weir::codec
