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
             "Maximum number of lists kept in memory, one per filter and set of permissions.")
      .field("max_stored_bytes", &Settings::max_stored_bytes,
             config::bytes({1 << 20, std::int64_t{1} << 40}),
             "Maximum size of all lists kept in memory, in every coding that was requested; those "
             "used least recently make room. Permissions for the same models share one list.");
  return schema;
}

}  // namespace weir::api
