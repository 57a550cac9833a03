/// Sums of usage one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "store/usage_store.hpp"

namespace weir::store {

/// How usage is summed. Each has all of it.
enum class UsageView : std::uint8_t {
  rows,      ///< per day, key and model; where days were summed, per month, key and model
  by_key,    ///< per day and key; a row may have a model, which says nothing
  by_model,  ///< per day and model; a row may have a key id, which says nothing
};

/// Texts and counts are valid during the visit.
struct UsageSum {
  Day day;                ///< of a month its first
  bool is_month = false;  ///< the sum of a month, as far as its days were summed
  std::string_view key_id;
  std::string_view model;
  const UsageCounts& counts;
};

/// Called with each sum, of months first; false ends the visit.
using VisitUsage = std::function<bool(const UsageSum&)>;

/// The first day of the month of `day`.
[[nodiscard]] inline Day month_of(Day day) {
  const std::chrono::year_month_day date(day);
  return date.year() / date.month() / 1;
}

/// Up to where rows are summed. See SqliteStore::roll_up.
struct RollUp {
  Day days_before;    ///< per day and key, and per day and model
  Day months_before;  ///< instead of each day, per month, key and model; the first of a month
};

}  // namespace weir::store
