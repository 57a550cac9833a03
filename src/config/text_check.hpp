/// Forms of texts in settings. Each function returns true if all of `text` has the form; none
/// performs a look-up.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::config {

/// The bound on a text for which the row states no other.
inline constexpr std::size_t kMaxTextLength = 4096;

/// At most kMaxTextLength bytes, none of them a control character.
[[nodiscard]] bool is_plain_text(std::string_view text);
/// As is_plain_text, and not empty.
[[nodiscard]] bool is_filled_text(std::string_view text);
/// Letters, digits, `.`, `_` and `-`; 1 to 64 of them.
[[nodiscard]] bool is_name(std::string_view text);
/// Visible ASCII without spaces, as allowed in an HTTP field; `least` to 512 characters.
[[nodiscard]] bool is_token(std::string_view text, std::size_t least);
/// `host:port`, with IPv6 in brackets: `[::1]:8080`. Port 0 is one.
[[nodiscard]] bool is_endpoint(std::string_view text);
/// A host name without a port, perhaps with a dot at its end, or `*.` and one. Labels are ASCII:
/// letters, digits, `-` and `_`.
[[nodiscard]] bool is_host_pattern(std::string_view text);
/// `http(s)://host[:port][/path]`: no user name, query or fragment.
[[nodiscard]] bool is_http_url(std::string_view text);

}  // namespace weir::config
