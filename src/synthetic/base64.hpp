/// Base64 with padding.
///
/// Source: RFC 4648 §4.
#pragma once

#include <string>
#include <string_view>

namespace weir::synthetic {

[[nodiscard]] std::string format_base64(std::string_view bytes);

/// `data:<media type>;base64,…` (RFC 2397): a file that is not fetched from a server.
[[nodiscard]] std::string data_uri(std::string_view media_type, std::string_view bytes);

}  // namespace weir::synthetic
