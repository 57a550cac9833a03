/// The `usage` section of the config file: how counts get to the store.
#pragma once

#include <chrono>
#include <cstdint>

#include "config/schema_fwd.hpp"

namespace weir::usage {

struct Settings {
  /// What a killed process loses at most.
  std::chrono::milliseconds flush_interval{500};
  std::int64_t max_pending_rows = 100'000;  ///< waiting for a store that is down
};

/// The rows of `usage`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::usage
