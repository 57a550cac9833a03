/// The `list` section of the config file: how lists are answered.
#pragma once

#include <cstdint>

#include "catalogue/list_query.hpp"
#include "config/schema_fwd.hpp"

namespace weir::api {

using catalogue::View;

struct Settings {
  View view = View::basic;                    ///< for a request without ?view=
  std::int64_t compress_above_bytes = 4096;   ///< smaller bodies have no compressed forms
  std::int64_t max_stored_lists = 10'000;     ///< lists kept per catalogue
  std::int64_t max_stored_bytes = 128 << 20;  ///< their bytes
};

/// The rows of `list`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::api
