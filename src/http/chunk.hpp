/// The framing of a body whose length is not known in advance (RFC 9112 §7.1).
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace weir::http {

inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The line before a chunk, in room of its own: a copy has its own.
class ChunkHead {
 public:
  /// Nothing yet.
  ChunkHead() = default;
  /// REQUIRES: size > 0; a chunk without bytes ends the body.
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
