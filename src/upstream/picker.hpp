/// Chooses one of the upstreams that serve a model.
///
/// Within the best priority that has a usable upstream, the least busy one wins. From more than
/// kComparedAll, two are drawn at random by weight and compared ("power of two choices"): nearly as
/// even, and many servers that share the upstreams do not rush to the one that looks idle. Those in
/// doubt are taken only if all of the priority are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace weir::upstream {

/// Added to the priority of a full one, and behind every priority that can be set: a call can wait
/// for it if all others are full too.
inline constexpr int kFullPriority = 1'000'000;

struct Candidate {
  int priority = 0;   ///< lower is preferred
  int weight = 1;     ///< share among those of equal priority; 1 to 1000
  int in_flight = 0;  ///< and waiting: where all are full, the queues are its load
  /// False if its breaker refuses, or this call has already tried it.
  bool usable = true;
  bool in_doubt = false;  ///< a call failed, and none has succeeded since
  bool is_full = false;   ///< its priority includes kFullPriority
  std::uint64_t id = 0;   ///< for pick_by_affinity: a hash of what names it everywhere
};

/// So few are compared all: a call lost with its upstream is one of those in flight there, and the
/// fewest are lost where the load is even.
inline constexpr std::size_t kComparedAll = 8;

/// The index of the chosen one; nothing if none is usable. `random`: 64 independent random bits.
///
/// The load is calls in flight per weight. Among equally loaded ones the weights decide, so that
/// idle upstreams are called by them.
/// Cost: at most three passes over the candidates, no allocation.
[[nodiscard]] std::optional<std::size_t> pick(std::span<const Candidate> candidates,
                                              std::uint64_t random);

}  // namespace weir::upstream
