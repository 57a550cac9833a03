#include "upstream/affinity.hpp"

#include <cmath>

#include "base/stable_hash.hpp"
#include "upstream/detail/tier.hpp"

namespace weir::upstream {
namespace {

using detail::Tier;

/// The score of a call at a candidate; the highest wins.
struct Score {
  std::uint64_t bits = 0;  ///< uniform over all values
  int weight = 0;          ///< 0: of none

  // If weights are equal, the bits decide as the logarithms would.
  [[nodiscard]] bool is_ahead_of(const Score& other) const {
    if (other.weight == 0) return true;
    if (weight == other.weight) return bits > other.bits;
    return logarithm() > other.logarithm();
  }

 private:
  // Wins with a probability that is its weight's share of all weights.
  [[nodiscard]] double logarithm() const {
    return std::log((static_cast<double>(bits) + 1.0) * 0x1p-64) / weight;
  }
};

Score score_of(const Candidate& candidate, std::uint64_t hash) {
  return {.bits = mix_bits(hash ^ candidate.id), .weight = candidate.weight};
}

std::uint64_t in_flight_of(std::span<const Candidate> candidates, const Tier& tier) {
  std::uint64_t sum = 0;
  for (const Candidate& candidate : candidates) {
    if (tier.has(candidate)) sum += static_cast<std::uint64_t>(candidate.in_flight);
  }
  return sum;
}

// With one call more: in_flight + 1 <= ceil(1.25 * (all + 1) * weight / weights), in whole numbers.
bool has_share_left(const Candidate& candidate, const Tier& tier, std::uint64_t all) {
  return 4 * static_cast<std::uint64_t>(candidate.in_flight) * tier.weight <
         5 * (all + 1) * detail::weight_of(candidate);
}

// It would be of the tier if it had room.
bool is_full_peer(const Candidate& candidate, const Tier& tier) {
  return candidate.usable && candidate.is_full && candidate.in_doubt == tier.in_doubt &&
         candidate.priority - kFullPriority == tier.priority;
}

}  // namespace

std::optional<AffinePick> pick_by_affinity(std::span<const Candidate> candidates,
                                           std::uint64_t hash) {
  const Tier tier = detail::best_tier(candidates);
  if (tier.size == 0) return std::nullopt;
  const auto all = in_flight_of(candidates, tier);
  std::size_t chosen = 0;
  std::size_t compared = 0;
  Score first;
  Score best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const bool is_peer = tier.has(candidate);
    if (!is_peer && !is_full_peer(candidate, tier)) continue;
    ++compared;
    const auto score = score_of(candidate, hash);
    if (score.is_ahead_of(first)) first = score;
    if (!is_peer || !has_share_left(candidate, tier, all) || !score.is_ahead_of(best)) continue;
    best = score;
    chosen = i;
  }
  CHECK(best.weight > 0);  // the shares of all are more than there are calls
  if (compared == 1) return AffinePick{chosen, AffinityResult::none};
  const bool is_first = first.bits == best.bits;
  return AffinePick{chosen, is_first ? AffinityResult::followed : AffinityResult::moved};
}

}  // namespace weir::upstream
