/// Deletes usage older than `usage.retention_days`, in small transactions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "store/usage_store.hpp"

namespace weir::usage {

/// The first day that is kept if `kept` days are, today included; nothing if no day is to be
/// deleted. `newest`: the last two days with usage.
///
/// A clock that leaps ahead makes a day of its own as soon as a call is counted. So the days are
/// counted back from the day before the newest, which that clock did not make: it deletes nothing
/// until it has been wrong for a day.
[[nodiscard]] std::optional<store::Day> first_day_kept(std::chrono::days kept, store::Day today,
                                                       const std::vector<store::Day>& newest);

/// Threads: one at a time.
class Retention {
 public:
  /// Deletes the next rows; true if there are more. Once all are deleted, it asks the store again
  /// only on the next day, or with another `kept`. Logs when rows were deleted, and when that
  /// begins to fail. 0 days: keeps all. Blocks.
  bool step(store::UsageStore& store, std::chrono::days kept, WallTime now);

 private:
  [[nodiscard]] Result<bool> delete_some(store::UsageStore& store, std::chrono::days kept,
                                         store::Day today);

  /// The day and the setting with which nothing was left to delete.
  std::optional<std::pair<store::Day, std::chrono::days>> done_;
  std::int64_t deleted_ = 0;  ///< rows since then
  bool failing_ = false;
};

}  // namespace weir::usage
