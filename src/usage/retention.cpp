#include "usage/retention.hpp"

#include <algorithm>

#include "telemetry/log.hpp"

namespace weir::usage {
namespace {

/// Rows of one transaction: a few milliseconds.
constexpr std::int64_t kMaxRows = 1'000;

}  // namespace

std::optional<store::Day> first_day_kept(std::chrono::days kept, store::Day today,
                                         const std::vector<store::Day>& newest) {
  if (kept.count() <= 0 || newest.size() < 2) return std::nullopt;
  return std::min(today, newest[1]) - kept + std::chrono::days(1);
}

bool Retention::step(store::UsageStore& store, std::chrono::days kept, WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (kept.count() <= 0 || done_ == std::pair(today, kept)) return false;
  const auto more = delete_some(store, kept, today);
  const bool was_failing = std::exchange(failing_, !more);
  if (!more) {
    if (!was_failing) {
      telemetry::log_error("old usage cannot be deleted; it is tried again",
                           {{"detail", more.error().text()}});
    }
    return false;
  }
  if (*more) return true;
  done_ = {today, kept};
  const auto deleted = std::exchange(deleted_, 0);
  if (deleted > 0) {
    telemetry::log_info("deleted old usage", {{"retention_days", kept.count()}, {"rows", deleted}});
  }
  return false;
}

Result<bool> Retention::delete_some(store::UsageStore& store, std::chrono::days kept,
                                    store::Day today) {
  const auto newest = store.usage_days(2);
  if (!newest) return std::unexpected(newest.error());
  const auto first = first_day_kept(kept, today, *newest);
  if (!first) return false;
  const auto deleted = store.delete_usage(*first, kMaxRows);
  if (!deleted) return std::unexpected(deleted.error());
  deleted_ += *deleted;
  return *deleted >= kMaxRows;
}

}  // namespace weir::usage
