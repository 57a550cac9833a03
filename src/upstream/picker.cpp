#include "upstream/picker.hpp"

#include "base/check.hpp"
#include "upstream/detail/tier.hpp"

namespace weir::upstream {
namespace {

using detail::best_tier;
using detail::Tier;
using detail::weight_of;

// Maps uniformly onto [0, bound), with a bias below bound / 2^32.
std::uint64_t scale(std::uint32_t random, std::uint64_t bound) { return (random * bound) >> 32; }

/// Draws by weight from those that `is_in` has; `weight`: the sum of theirs.
template <typename IsIn>
std::size_t draw(std::span<const Candidate> candidates, std::uint64_t weight, std::uint32_t random,
                 IsIn is_in) {
  std::uint64_t point = scale(random, weight);
  for (std::size_t i = 0;; ++i) {
    CHECK(i < candidates.size());
    if (!is_in(i)) continue;
    const std::uint64_t share = weight_of(candidates[i]);
    if (point < share) return i;
    point -= share;
  }
}

bool is_busier(const Candidate& a, const Candidate& b) {
  return std::int64_t{a.in_flight} * b.weight > std::int64_t{b.in_flight} * a.weight;
}

std::size_t less_busy_of_two(std::span<const Candidate> candidates, const Tier& tier,
                             std::uint64_t random) {
  const auto first = draw(candidates, tier.weight, static_cast<std::uint32_t>(random),
                          [&](std::size_t i) { return tier.has(candidates[i]); });
  const auto second = draw(candidates, tier.weight - weight_of(candidates[first]),
                           static_cast<std::uint32_t>(random >> 32),
                           [&](std::size_t i) { return i != first && tier.has(candidates[i]); });
  return is_busier(candidates[first], candidates[second]) ? second : first;
}

std::size_t least_busy(std::span<const Candidate> candidates, const Tier& tier,
                       std::uint64_t random) {
  const Candidate* least = nullptr;
  std::uint64_t weight = 0;  // of all that are as idle as it
  for (const Candidate& candidate : candidates) {
    if (!tier.has(candidate)) continue;
    if (least != nullptr && is_busier(candidate, *least)) continue;
    if (least == nullptr || is_busier(*least, candidate)) {
      least = &candidate;
      weight = 0;
    }
    weight += weight_of(candidate);
  }
  return draw(candidates, weight, static_cast<std::uint32_t>(random), [&](std::size_t i) {
    return tier.has(candidates[i]) && !is_busier(candidates[i], *least);
  });
}

}  // namespace

std::optional<std::size_t> pick(std::span<const Candidate> candidates, std::uint64_t random) {
  const Tier tier = best_tier(candidates);
  if (tier.size == 0) return std::nullopt;
  return tier.size <= kComparedAll ? least_busy(candidates, tier, random)
                                   : less_busy_of_two(candidates, tier, random);
}

}  // namespace weir::upstream
