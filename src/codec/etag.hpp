/// Entity tags: computed from bytes, and matched against If-None-Match.
///
/// Source: RFC 9110 §8.8.3 (ETag), §13.1.2 (If-None-Match).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::codec {

inline constexpr std::size_t kTagBytes = 16;

/// The first 128 bits of SHA-256 over `bytes`.
[[nodiscard]] std::array<std::uint8_t, kTagBytes> tag_bytes(std::string_view bytes);

/// A strong tag, quotes included: the first 128 bits of SHA-256 over `bytes`. Equal bytes give
/// equal tags on every node and after every restart.
[[nodiscard]] std::string strong_etag(std::string_view bytes);

/// True if `if_none_match` (the field's value; several joined by commas) matches `etag`, so that
/// the answer is 304. `*` matches everything; `W/` makes no difference. Everything after the first
/// malformed element is ignored: at worst the client gets the body again.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace weir::codec
