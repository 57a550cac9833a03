/// Eight bytes of text examined at once, as one little-endian word.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weir::word {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::size_t kBytes = sizeof(std::uint64_t);
inline constexpr auto kOnes = ~std::uint64_t{0} / 0xFF;  ///< 1 in each byte
inline constexpr auto kHighs = kOnes * 0x80;             ///< the high bit of each byte

/// REQUIRES: eight bytes are readable at `at`.
[[nodiscard]] inline std::uint64_t load(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kBytes);
  return word;
}

/// The high bits of the bytes below `bound`, which is at most 0x80. Exact up to the first of them;
/// behind it, a byte that equals `bound` may be among them.
[[nodiscard]] constexpr std::uint64_t below(std::uint64_t word, std::uint64_t bound) {
  return (word - kOnes * bound) & ~word & kHighs;
}

/// The high bits of the bytes that are `c`; exact as `below`.
[[nodiscard]] constexpr std::uint64_t equal(std::uint64_t word, char c) {
  return below(word ^ kOnes * static_cast<unsigned char>(c), 1);
}

/// The index of the first byte in `bits`. REQUIRES: there is one.
[[nodiscard]] constexpr std::size_t first(std::uint64_t bits) {
  return static_cast<std::size_t>(std::countr_zero(bits)) / 8;
}

}  // namespace weir::word
