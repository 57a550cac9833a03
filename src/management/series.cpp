// The resource `series`: calls over time.
#include "config/units.hpp"
#include "management/answer_json.hpp"
#include "management/resources.hpp"
#include "management/series_json.hpp"
#include "management/since.hpp"

namespace weir::management {

void write_point(codec::JsonWriter& json, const telemetry::SeriesPoint& point) {
  json.begin_object();
  write_time(json, "at", WallTime(std::chrono::seconds(point.at)));
  json.key("requests").value(point.requests).key("errors").value(point.errors);
  json.key("prompt_tokens").value(point.input_tokens);
  json.key("completion_tokens").value(point.output_tokens);
  const auto write = [&json](std::string_view name, std::uint32_t us) {
    write_number_or_null(json, name, us == 0 ? std::nullopt : std::optional<std::int64_t>(us));
  };
  write("p50_us", point.p50);
  write("p95_us", point.p95);
  write("first_token_p50_us", point.first_token_p50);
  write("first_token_p95_us", point.first_token_p95);
  json.end_object();
}

Answered<std::optional<WallTime>> parse_since(const codec::Query& query) {
  const auto given = parameter(query, "since");
  if (!given) return std::unexpected(given.error());
  if (!*given) return std::nullopt;
  const auto time = config::parse_timestamp(**given);
  if (!time) {
    return refuse(Reason::invalid_parameter, "since must be a time such as 2026-11-30T17:00:00Z.",
                  "since");
  }
  return time;
}

Serving show_series(Context& context) {
  const auto given = parameter(context.query, "step");
  if (!given) co_return std::unexpected(given.error());
  const auto step = telemetry::kSteps.find(given->value_or("1s"));
  if (!step) co_return refuse(Reason::invalid_parameter, "step must be 1s, 1m or 1h.", "step");
  const auto since = parse_since(context.query);
  if (!since) co_return std::unexpected(since.error());
  const auto first = *since ? WallClock::to_time_t(**since) : 0;
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("step_seconds").value(telemetry::kSteps[*step].seconds);
  json.key("data").begin_array();
  for (const auto& point : context.services.series.points(*step)) {
    if (point.at >= first) write_point(json, point);
  }
  json.end_array();
  write_next(json, "");
  json.end_object();
  co_return Body{.json = std::move(text)};
}

}  // namespace weir::management
