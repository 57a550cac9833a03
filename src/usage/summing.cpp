#include "usage/summing.hpp"

#include "telemetry/log.hpp"
#include "usage/retention.hpp"

namespace weir::usage {
namespace {

/// Rows of one transaction: some ten milliseconds.
constexpr std::int64_t kMaxRows = 1'000;

}  // namespace

store::RollUp roll_up_until(std::chrono::days detailed, store::Day today,
                            const std::vector<store::Day>& newest) {
  const auto first = first_day_kept(detailed, today, newest);
  return {.days_before = today - std::chrono::days(1),
          .months_before = first ? store::month_of(*first) : store::Day::min()};
}

bool Summing::step(store::SqliteStore& store, std::chrono::days detailed, WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (done_ == std::pair(today, detailed)) return false;
  const auto more = sum_some(store, detailed, today);
  const bool was_failing = std::exchange(failing_, !more);
  if (!more) {
    if (!was_failing) {
      telemetry::log_error("old usage cannot be summed; it is tried again",
                           {{"detail", more.error().text()}});
    }
    return false;
  }
  if (!*more) done_ = {today, detailed};
  return *more;
}

Result<bool> Summing::sum_some(store::SqliteStore& store, std::chrono::days detailed,
                               store::Day today) {
  const auto newest = store.usage_days(2);
  if (!newest) return std::unexpected(newest.error());
  const auto rows = store.roll_up(roll_up_until(detailed, today, *newest), kMaxRows);
  if (!rows) return std::unexpected(rows.error());
  return *rows > 0;
}

}  // namespace weir::usage
