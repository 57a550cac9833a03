/// The `log` section of the config file.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "config/schema_fwd.hpp"

namespace weir::telemetry {

struct Settings {
  std::string level = "info";    ///< trace, debug, info, warn, error
  std::string format = "auto";   ///< auto, json, text
  std::string access_log = "-";  ///< a file, "-" for standard output, "" for none
  std::chrono::milliseconds access_log_flush{200};  ///< longest time a line waits in memory
  std::int64_t access_log_buffer_bytes = 1 << 20;   ///< over it lines are dropped and counted
  std::int64_t recent_calls = 10'000;               ///< 0: none
};

/// The rows of `log`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::telemetry
