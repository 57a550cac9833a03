/// Chooses one of the upstreams that serve a model.
///
/// Among those of the best priority that has a usable one, two are drawn at random by weight and
/// the less busy of the two wins ("power of two choices"): nearly as even as looking at all, and
/// without the herd that runs to the one that looks idle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace weir::upstream {

struct Candidate {
  int priority = 0;  ///< the lowest first
  int weight = 1;    ///< its share among those of equal priority; from 1 to 1000
  int in_flight = 0;
  /// False for one whose breaker refuses, and for one that this call has tried already.
  bool usable = true;
};

/// The place of the chosen one; nothing if none is usable. `random` is 64 independent random bits.
///
/// Busy is calls in flight per weight; of two equally busy ones the first drawn wins, so that idle
/// upstreams are called by their weights.
/// Cost: two passes over the candidates, no allocation.
[[nodiscard]] std::optional<std::size_t> pick(std::span<const Candidate> candidates,
                                              std::uint64_t random);

}  // namespace weir::upstream
