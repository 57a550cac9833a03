/// A text as a point on a sphere, such that texts that share words, or parts of words, are near
/// each other: enough for a search that finds something.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weir::simulator::detail {

using Vector = std::vector<float>;

/// Of length 1. REQUIRES: dimensions > 0.
/// Source: the hashing trick, Weinberger et al., ICML 2009, over words and their three-letter
/// parts.
[[nodiscard]] Vector vector_of(std::string_view text, std::size_t dimensions);

/// The cosine of the angle between two of length 1 and equal dimensions.
[[nodiscard]] float likeness(const Vector& a, const Vector& b);

}  // namespace weir::simulator::detail
