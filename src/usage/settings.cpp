#include "usage/settings.hpp"

#include "config/schema.hpp"

namespace weir::usage {

config::Schema<Settings> settings_schema() {
  using config::Apply;
  config::Schema<Settings> schema(Apply::restart);
  schema
      .field(
          "flush_interval", &Settings::flush_interval, config::duration({50, 60'000}),
          "How often usage is written to the store, and the counts of limits to the disk; a power "
          "failure loses at most this time.",
          Apply::live)
      .field("retention_days", &Settings::retention_days,
             config::integer<int>({1, 36'500, "all are kept"}),
             "How many days of usage are kept: a year and a month by default. Older days are "
             "deleted, a little at a time.",
             Apply::live)
      .field("detail_days", &Settings::detail_days,
             config::integer<int>({31, 36'500, "all days are kept as they are"}),
             "How many days of usage are kept for each key and model; a month that is older as a "
             "whole is then kept as its sum for each key and model. Sums by key and by model are "
             "kept for every day.",
             Apply::live)
      .field("store_bytes", &Settings::store_bytes, config::bytes({1 << 20, std::int64_t{1} << 40}),
             "Maximum size of the database of usage, which is beside that of keys: about 70 bytes "
             "for each day, key and model. Beyond it usage waits in memory, and keys are not "
             "affected.")
      .field("max_pending_rows", &Settings::max_pending_rows,
             config::integer<std::int64_t>({1'000, 10'000'000}),
             "Maximum number of rows (one per day, key and model) kept in memory while the store "
             "cannot be written; beyond it usage is counted without its model.")
      .field("limit_file_bytes", &Settings::limit_file_bytes, config::bytes({32 << 10, 1 << 30}),
             "Size of the file beside the store that keeps what is counted for limits across "
             "restarts: 1 KiB for each limit of a key, or of a key and a model, in use. Beyond it "
             "limits are counted in memory, and begin anew with the next start.")
      .field("journal_bytes", &Settings::journal_bytes, config::bytes({64 << 10, 1 << 30}),
             "Size of the file beside the store that keeps usage from kill -9 until it is in the "
             "store: 1 KiB for each row (day, key and model) of an I/O thread. Beyond it usage is "
             "kept without its model.");
  return schema;
}

}  // namespace weir::usage
