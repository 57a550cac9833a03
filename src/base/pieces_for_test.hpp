/// For fuzz targets and tests: cuts a text into pieces in every relevant way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

/// Cuts a text: not at all, into pieces of one length, or into pieces of seeded random lengths.
class Pieces {
 public:
  [[nodiscard]] static Pieces whole() { return Pieces(0, 0); }
  /// REQUIRES: bytes > 0.
  [[nodiscard]] static Pieces of(std::size_t bytes) { return Pieces(bytes, 0); }
  [[nodiscard]] static Pieces random(std::uint64_t seed) { return Pieces(0, seed | 1U); }

  /// Removes the next piece from the front of `text`, which is not empty.
  std::string_view take(std::string_view& text) {
    const auto piece = text.substr(0, length());
    text.remove_prefix(piece.size());
    return piece;
  }

 private:
  Pieces(std::size_t bytes, std::uint64_t seed) : bytes_(bytes), state_(seed) {}

  // Mostly short pieces, where the edge cases are.
  std::size_t length() {
    if (state_ == 0) return bytes_ == 0 ? std::string_view::npos : bytes_;
    state_ ^= state_ << 13U;  // xorshift64
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return 1 + (state_ & 15U) * ((state_ >> 8U & 7U) == 0 ? 64 : 1);
  }

  std::size_t bytes_;
  std::uint64_t state_;
};

}  // namespace weir
