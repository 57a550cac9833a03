#include "telemetry/settings.hpp"

#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "config/text_check.hpp"
#include "telemetry/log.hpp"

namespace weir::telemetry {

config::Schema<Settings> settings_schema() {
  using config::Apply;
  config::Schema<Settings> schema(Apply::restart);
  schema
      .field("level", &Settings::level, config::name_in(kLevelNames),
             "Minimum level of lines in the log on standard error.", Apply::live)
      .field("format", &Settings::format,
             config::one_of(std::vector<std::string_view>{"auto", "json", "text"}),
             "Form of those lines; auto: text on a terminal, JSON elsewhere.")
      .field("access_log", &Settings::access_log,
             config::text("a file, - for standard output, or \"\" for none", config::is_plain_text),
             "File for the access log, one JSON line per request.")
      .field("access_log_flush", &Settings::access_log_flush, config::duration({1, 60'000}),
             "Maximum time that a line is held in memory.")
      .field("access_log_buffer_bytes", &Settings::access_log_buffer_bytes,
             config::bytes({64 << 10, 1 << 30}),
             "Maximum size of lines held in memory; beyond it lines are dropped and counted.")
      .field("recent_calls", &Settings::recent_calls,
             config::integer<std::int64_t>({1, 1'000'000, "none"}),
             "Calls kept in memory for the admin API, without what was sent and answered; a tenth "
             "of them until it is first used.");
  return schema;
}

}  // namespace weir::telemetry
