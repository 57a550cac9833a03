#include "telemetry/call_series.hpp"

#include <algorithm>
#include <chrono>

namespace weir::telemetry {
namespace {

std::uint32_t percentile_of(const DurationCounts& counts, int percent) {
  return static_cast<std::uint32_t>(percentile(counts, percent).value_or(0));
}

SeriesPoint point_of(std::int64_t at, const CallTotals& calls) {
  return {.at = at,
          .requests = static_cast<std::uint32_t>(calls.requests),
          .errors = static_cast<std::uint32_t>(calls.errors),
          .input_tokens = calls.input_tokens,
          .output_tokens = calls.output_tokens,
          .p50 = percentile_of(calls.durations, 50),
          .p95 = percentile_of(calls.durations, 95),
          .first_token_p50 = percentile_of(calls.first_tokens, 50),
          .first_token_p95 = percentile_of(calls.first_tokens, 95)};
}

}  // namespace

void CallSeries::sample(WallTime now, const CallTotals& totals) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  for (const auto step : kEnumerators<Step>) {
    advance(levels_[static_cast<std::size_t>(step)], kSteps[step], second, totals);
  }
}

void CallSeries::advance(Level& level, const StepRow& step, std::int64_t second,
                         const CallTotals& totals) {
  const auto current = second / step.seconds;
  if (!level.current) {
    level.current = current;
    level.at_start = totals;
    return;
  }
  if (current <= *level.current) return;
  level.points.push_back(point_of(*level.current * step.seconds, totals.since(level.at_start)));
  const auto kept = static_cast<std::int64_t>(step.kept);
  for (auto missed = std::max(*level.current + 1, current - kept); missed < current; ++missed) {
    level.points.push_back(point_of(missed * step.seconds, {}));
  }
  while (level.points.size() > step.kept) level.points.pop_front();
  level.current = current;
  level.at_start = totals;
}

}  // namespace weir::telemetry
