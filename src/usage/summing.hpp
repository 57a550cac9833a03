/// Sums old usage in the store, in small transactions: by day, and after `usage.detail_days` by
/// month.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "store/sqlite_store.hpp"

namespace weir::usage {

/// Days before yesterday are summed per day: nearly nothing is added to them any more. Months are
/// summed once the last `detailed` days, counted as for Retention, are all later; 0 days: never.
/// `newest`: the last two days with usage.
[[nodiscard]] store::RollUp roll_up_until(std::chrono::days detailed, store::Day today,
                                          const std::vector<store::Day>& newest);

/// Threads: one at a time.
class Summing {
 public:
  /// Sums the next rows; true if there are more. Once all are summed, it asks the store again only
  /// on the next day, or with another `detailed`. Logs when that begins to fail. Blocks.
  bool step(store::SqliteStore& store, std::chrono::days detailed, WallTime now);

 private:
  [[nodiscard]] static Result<bool> sum_some(store::SqliteStore& store, std::chrono::days detailed,
                                             store::Day today);

  /// The day and the setting with which nothing was left.
  std::optional<std::pair<store::Day, std::chrono::days>> done_;
  bool failing_ = false;
};

}  // namespace weir::usage
