/// `weir usage`: works on the store directly, so it needs no running server; a running one writes
/// its counts there within a second.
#pragma once

#include <string>
#include <vector>

#include "app/command_line/command_result.hpp"
#include "app/lifecycle/settings.hpp"
#include "base/clock.hpp"

namespace weir::app {

/// Options as on the command line. Days are UTC, YYYY-MM-DD and inclusive.
struct UsageQuery {
  std::string from = {};                                  ///< empty: 29 days before `to`
  std::string to = {};                                    ///< empty: today
  std::string key = {};                                   ///< a name or id; empty: every key
  std::string model = {};                                 ///< a glob; empty: every model
  std::vector<std::string> by = {"day", "key", "model"};  ///< columns that get rows of their own
  /// Leaves out the key, and then the model, where there would be too many rows to read.
  bool may_leave_out = false;
};

/// Errors: invalid_parameter, naming the option; not_found for a key or store that does not exist;
/// store_failed.
[[nodiscard]] Output show_usage(const Settings& settings, const UsageQuery& query, WallTime now,
                                bool json);

/// `weir usage prune`: deletes the days before `before`, in small transactions beside a running
/// server. Errors: as show_usage; a day after today is refused.
[[nodiscard]] Output prune_usage(const Settings& settings, const std::string& before, WallTime now);

}  // namespace weir::app
