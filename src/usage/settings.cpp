#include "usage/settings.hpp"

#include "config/schema.hpp"

namespace weir::usage {

config::Schema<Settings> settings_schema() {
  using config::Apply;
  config::Schema<Settings> schema(Apply::restart);
  schema
      .field("flush_interval", &Settings::flush_interval, config::duration({50, 60'000}),
             "How often usage is written to the store; a killed process loses at most the usage of "
             "this time.",
             Apply::live)
      .field("max_pending_rows", &Settings::max_pending_rows,
             config::integer<std::int64_t>({1'000, 10'000'000}),
             "Maximum number of rows (one per day, key and model) kept in memory while the store "
             "cannot be written; beyond it usage is counted without its model.");
  return schema;
}

}  // namespace weir::usage
