/// Chooses one of the upstreams that serve a model.
///
/// Within the best priority that has a usable upstream, two are drawn at random by weight, and the
/// less busy one wins ("power of two choices"). Those in doubt are drawn only if all of the
/// priority are. This is nearly as even as comparing all of them, and avoids a rush to the one that
/// looks idle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace weir::upstream {

struct Candidate {
  int priority = 0;  ///< lower is preferred
  int weight = 1;    ///< share among those of equal priority; 1 to 1000
  int in_flight = 0;
  /// False if its breaker refuses, or this call has already tried it.
  bool usable = true;
  bool in_doubt = false;  ///< a call failed, and none has succeeded since
};

/// The index of the chosen one; nothing if none is usable. `random`: 64 independent random bits.
///
/// The load is calls in flight per weight. Between two equally loaded ones the first drawn wins, so
/// that idle upstreams are called by their weights.
/// Cost: two passes over the candidates, no allocation.
[[nodiscard]] std::optional<std::size_t> pick(std::span<const Candidate> candidates,
                                              std::uint64_t random);

}  // namespace weir::upstream
