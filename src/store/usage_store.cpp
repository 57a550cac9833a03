#include "store/usage_store.hpp"

#include <algorithm>
#include <limits>

namespace weir::store {

void UsageCounts::add(const UsageCounts& other) {
  const auto add_at = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      std::int64_t& sum = this->*kUsageMembers[i];
      if (__builtin_add_overflow(sum, other.*kUsageMembers[i], &sum)) {
        sum = std::numeric_limits<std::int64_t>::max();
      }
    }
  };
  add_at(0, kUsualCounts);
  if (other.has_rare()) add_at(kUsualCounts, kUsageMembers.size());
}

Result<> check(const UsageBatch& batch) {
  if (batch.writer.empty() || batch.number <= 0) {
    return fail(Errc::invalid_parameter, "a usage batch must have a writer and a positive number");
  }
  const bool sound = std::ranges::all_of(batch.rows, [](const UsageRow& row) {
    return std::ranges::all_of(kUsageMembers, [&](auto member) { return row.counts.*member >= 0; });
  });
  if (!sound) return fail(Errc::invalid_parameter, "a usage count must not be negative");
  return {};
}

}  // namespace weir::store
