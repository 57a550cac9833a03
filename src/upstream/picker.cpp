#include "upstream/picker.hpp"

#include <limits>

#include "base/check.hpp"

namespace weir::upstream {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

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

std::uint64_t weight_of(const Candidate& candidate) {
  DCHECK(candidate.weight > 0);
  return static_cast<std::uint64_t>(candidate.weight);
}

Tier best_tier(std::span<const Candidate> candidates) {
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

// Maps uniformly onto [0, bound), with a bias below bound / 2^32.
std::uint64_t scale(std::uint32_t random, std::uint64_t bound) { return (random * bound) >> 32; }

/// Draws by weight, excluding the candidate at `excluded`.
std::size_t draw(std::span<const Candidate> candidates, const Tier& tier, std::uint32_t random,
                 std::size_t excluded) {
  const std::uint64_t left_out = excluded == kNone ? 0 : weight_of(candidates[excluded]);
  std::uint64_t point = scale(random, tier.weight - left_out);
  for (std::size_t i = 0;; ++i) {
    CHECK(i < candidates.size());
    if (i == excluded || !tier.has(candidates[i])) continue;
    const std::uint64_t weight = weight_of(candidates[i]);
    if (point < weight) return i;
    point -= weight;
  }
}

bool is_worse(const Candidate& a, const Candidate& b) {
  return std::int64_t{a.in_flight} * b.weight > std::int64_t{b.in_flight} * a.weight;
}

}  // namespace

std::optional<std::size_t> pick(std::span<const Candidate> candidates, std::uint64_t random) {
  const Tier tier = best_tier(candidates);
  if (tier.size == 0) return std::nullopt;
  const auto first = draw(candidates, tier, static_cast<std::uint32_t>(random), kNone);
  if (tier.size == 1) return first;
  const auto second = draw(candidates, tier, static_cast<std::uint32_t>(random >> 32), first);
  return is_worse(candidates[first], candidates[second]) ? second : first;
}

}  // namespace weir::upstream
