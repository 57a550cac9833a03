/// Maps a text to a point on a sphere, such that texts that share words, or parts of words, are
/// close: enough for a demo search.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weir::synthetic {

using Vector = std::vector<float>;

/// A vector of length 1. REQUIRES: dimensions > 0.
/// Source: the hashing trick, Weinberger et al., ICML 2009, over words and their trigrams.
[[nodiscard]] Vector vector_of(std::string_view text, std::size_t dimensions);

/// The cosine of the angle between two unit vectors of equal dimensions.
[[nodiscard]] float likeness(const Vector& a, const Vector& b);

}  // namespace weir::synthetic
