#include "api/settings.hpp"

#include "config/schema.hpp"

namespace weir::api {

config::Schema<Settings> settings_schema() {
  config::Schema<Settings> schema(config::Apply::live);
  schema
      .field("view", &Settings::view, config::one_of(catalogue::kViewNames),
             "How much a list tells of each model when the request does not say `?view=`.")
      .field("compress_above_bytes", &Settings::compress_above_bytes, config::bytes({256, 1 << 30}),
             "Smaller answers are never compressed.")
      .field("max_stored_lists", &Settings::max_stored_lists,
             config::integer<std::int64_t>({1, 100'000}),
             "Rendered lists kept in memory, one per kind of key and filter.");
  return schema;
}

}  // namespace weir::api
