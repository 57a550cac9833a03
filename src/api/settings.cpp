#include "api/settings.hpp"

#include "config/schema.hpp"

namespace weir::api {

config::Schema<Settings> settings_schema() {
  config::Schema<Settings> schema(config::Apply::live);
  schema
      .field("view", &Settings::view, config::one_of(catalogue::kViewNames),
             "How much a list shows of each model if the request has no `?view=`.")
      .field("compress_above_bytes", &Settings::compress_above_bytes, config::bytes({256, 1 << 30}),
             "Minimum size of an answer that is compressed.")
      .field("max_stored_lists", &Settings::max_stored_lists,
             config::integer<std::int64_t>({1, 100'000}),
             "Maximum number of rendered lists kept in memory, one per filter and set of "
             "permissions.");
  return schema;
}

}  // namespace weir::api
