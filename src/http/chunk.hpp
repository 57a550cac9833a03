/// Chunked framing, for a body whose length is not known in advance (RFC 9112 §7.1).
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace weir::http {

inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The size line of a chunk. It owns its bytes, so a copy is independent.
class ChunkHead {
 public:
  /// An empty line.
  ChunkHead() = default;
  /// REQUIRES: size > 0; a chunk of size 0 ends the body.
  explicit ChunkHead(std::size_t size) {
    auto* end = std::to_chars(text_.data(), text_.data() + text_.size(), size, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size_ = static_cast<std::size_t>(end - text_.data());
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 2 * sizeof(std::size_t) + kChunkEnd.size()> text_{};
  std::size_t size_ = 0;
};

}  // namespace weir::http
