/// The `usage` section of the config file: how usage is written to the store.
#pragma once

#include <chrono>
#include <cstdint>

#include "config/schema_fwd.hpp"

namespace weir::usage {

struct Settings {
  /// The most that a power failure loses.
  std::chrono::milliseconds flush_interval{500};
  int retention_days = 400;  ///< 0: for ever
  int detail_days = 0;       ///< 0: for ever
  std::int64_t store_bytes = std::int64_t{4} << 30;
  std::int64_t max_pending_rows = 100'000;  ///< waiting for a store that fails
  std::int64_t limit_file_bytes = 8 << 20;
  std::int64_t journal_bytes = 4 << 20;
};

/// The rows of `usage`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::usage
