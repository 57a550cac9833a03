/// The Content-Type of a multipart/form-data body.
///
/// Source: RFC 7578, RFC 2046 §5.1.1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::codec {

inline constexpr std::size_t kMaxBoundaryBytes = 70;

/// The boundary in a Content-Type. Nothing if the type is not multipart/form-data, if its boundary
/// is missing, duplicate or malformed, or if it has a parameter other than `boundary` and
/// `charset=utf-8`.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

/// True if the Content-Type declares all text of the form as ASCII or Latin-1 (Apache's client
/// does). Readers decode the rest of Latin-1 differently, so it must be ASCII then.
[[nodiscard]] bool multipart_is_ascii(std::string_view content_type);

}  // namespace weir::codec
