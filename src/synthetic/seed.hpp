/// Deterministic randomness: hashes of the request, and numbers drawn from them.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::synthetic {

/// FNV-1a, 64 bits. To chain texts, pass the last hash as `start`.
[[nodiscard]] constexpr std::uint64_t hash(std::string_view text,
                                           std::uint64_t start = 0xcbf29ce484222325) {
  for (const char c : text) {
    start ^= static_cast<unsigned char>(c);
    start *= 0x100000001b3;
  }
  return start;
}

/// A sequence of numbers determined by a seed.
/// Source: SplitMix64, Steele, Lea and Flood, OOPSLA 2014.
class Dice {
 public:
  explicit constexpr Dice(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t roll() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31U);
  }
  /// REQUIRES: bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound) { return roll() % bound; }
  /// From 0 up to 1.
  constexpr double fraction() { return static_cast<double>(roll() >> 11U) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace weir::synthetic
