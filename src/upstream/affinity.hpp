/// Chooses the upstream that calls of a kind go to: those of one conversation, or of one key.
///
/// Rendezvous hashing, bounded by load. Each pair of call and upstream has a score, and the best
/// one wins: if an upstream leaves, only its own calls move, and they spread over all others. One
/// that has its share of the calls already is passed over for the next in this order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "upstream/picker.hpp"

namespace weir::upstream {

enum class AffinityResult : std::uint8_t {
  none,      ///< the load alone decided, or there was no other one
  followed,  ///< the first in the order was chosen
  moved,     ///< the first had its share of the calls, or was full
};

struct AffinePick {
  std::size_t index;
  AffinityResult result;
};

/// As pick(), but for the draw: of the same candidates. None gets a call that has 1.25 times its
/// share, by weight, of the calls in flight at them, rounded up to a whole call.
///
/// Cost:   three passes over the candidates, no allocation.
/// Source: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", 1998; V.
///         Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", 2016.
[[nodiscard]] std::optional<AffinePick> pick_by_affinity(std::span<const Candidate> candidates,
                                                         std::uint64_t hash);

}  // namespace weir::upstream
