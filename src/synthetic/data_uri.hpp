/// Files within JSON.
#pragma once

#include <string>
#include <string_view>

namespace weir::synthetic {

/// `data:<media type>;base64,…` (RFC 2397): a file that is not fetched from a server.
[[nodiscard]] std::string data_uri(std::string_view media_type, std::string_view bytes);

}  // namespace weir::synthetic
