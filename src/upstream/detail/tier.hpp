/// The candidates among which one is chosen: those that no other goes before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "base/check.hpp"
#include "upstream/picker.hpp"

namespace weir::upstream::detail {

/// The usable candidates of one priority, of those in doubt or of the others.
struct Tier {
  int priority = std::numeric_limits<int>::max();
  bool in_doubt = true;
  std::uint64_t weight = 0;  ///< sum over the tier
  std::size_t size = 0;

  [[nodiscard]] bool has(const Candidate& candidate) const {
    return candidate.usable && candidate.priority == priority && candidate.in_doubt == in_doubt;
  }
  [[nodiscard]] bool is_behind(const Candidate& candidate) const {
    return candidate.priority < priority ||
           (candidate.priority == priority && in_doubt && !candidate.in_doubt);
  }
};

inline std::uint64_t weight_of(const Candidate& candidate) {
  DCHECK(candidate.weight > 0);
  return static_cast<std::uint64_t>(candidate.weight);
}

inline Tier best_tier(std::span<const Candidate> candidates) {
  Tier tier;
  for (const Candidate& candidate : candidates) {
    if (!candidate.usable) continue;
    if (tier.is_behind(candidate)) {
      tier = {.priority = candidate.priority, .in_doubt = candidate.in_doubt};
    }
    if (!tier.has(candidate)) continue;
    tier.weight += weight_of(candidate);
    ++tier.size;
  }
  return tier;
}

}  // namespace weir::upstream::detail
