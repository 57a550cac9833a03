/// Calls over time: one point for each second, minute and hour of the past, as far as it is kept.
///
/// Pure: fed with running totals and the time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_table.hpp"
#include "telemetry/call_totals.hpp"

namespace weir::telemetry {

enum class Step : std::uint8_t { second, minute, hour };

struct StepRow {
  std::string_view name;  ///< of the parameter
  std::int64_t seconds = 0;
  std::size_t kept = 0;
};
inline constexpr EnumTable<Step, StepRow> kSteps({
    {Step::second, {"1s", 1, 300}},      // five minutes
    {Step::minute, {"1m", 60, 1440}},    // a day
    {Step::hour, {"1h", 3600, 7 * 24}},  // a week
});

/// Small, since thousands are kept. Percentiles are in microseconds; 0: no call.
struct SeriesPoint {
  std::int64_t at = 0;  ///< seconds since the epoch: the start of the interval
  std::uint32_t requests = 0;
  std::uint32_t errors = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint32_t p50 = 0;
  std::uint32_t p95 = 0;
  std::uint32_t first_token_p50 = 0;
  std::uint32_t first_token_p95 = 0;

  bool operator==(const SeriesPoint&) const = default;
};

/// Threads: one at a time.
class CallSeries {
 public:
  /// To be called about once a second. Calls since the last time count for the interval of that
  /// time; an interval that was missed is a point without calls. A clock that was set back adds
  /// nothing until it is where it was.
  void sample(WallTime now, const CallTotals& totals);

  /// Complete intervals, oldest first.
  [[nodiscard]] const std::deque<SeriesPoint>& points(Step step) const {
    return levels_[static_cast<std::size_t>(step)].points;
  }

 private:
  struct Level {
    std::optional<std::int64_t> current;  ///< number of the interval in progress
    CallTotals at_start;
    std::deque<SeriesPoint> points;
  };
  static void advance(Level& level, const StepRow& step, std::int64_t second,
                      const CallTotals& totals);

  std::array<Level, kEnumeratorCount<Step>> levels_;
};

}  // namespace weir::telemetry
