#include "usage/settings.hpp"

#include "config/schema.hpp"

namespace weir::usage {

config::Schema<Settings> settings_schema() {
  using config::Apply;
  config::Schema<Settings> schema(Apply::restart);
  schema
      .field("flush_interval", &Settings::flush_interval, config::duration({50, 60'000}),
             "How often counts go to the store, and so what a killed process loses at most.",
             Apply::live)
      .field("max_pending_rows", &Settings::max_pending_rows,
             config::integer<std::int64_t>({1'000, 10'000'000}),
             "Rows (a day, key and model each) kept in memory while the store cannot be written; "
             "above it counts are kept without their model.");
  return schema;
}

}  // namespace weir::usage
