#include "telemetry/call_series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

using std::chrono::seconds;

// The start of an hour.
constexpr WallTime kStart{seconds(500'000 * 3600)};

CallTotals totals(const CallCounts& counts) {
  CallTotals sum;
  counts.add_to(sum);
  return sum;
}

TEST(CallSeries, APointHasWhatCameInItsInterval) {
  CallCounts counts;
  CallSeries series;
  series.sample(kStart, totals(counts));
  counts.count({.input_tokens = 3, .output_tokens = 5, .total_us = 1000, .first_token_us = 500});
  counts.count({.failed = true, .total_us = 100'000});
  series.sample(kStart + seconds(1), totals(counts));
  counts.count({.total_us = 10});
  series.sample(kStart + seconds(2), totals(counts));

  const auto& points = series.points(Step::second);
  ASSERT_EQ(points.size(), 2);
  EXPECT_EQ(points[0].at, kStart.time_since_epoch() / seconds(1));
  EXPECT_EQ(points[0].requests, 2);
  EXPECT_EQ(points[0].errors, 1);
  EXPECT_EQ(points[0].input_tokens, 3);
  EXPECT_EQ(points[0].output_tokens, 5);
  EXPECT_NEAR(static_cast<double>(points[0].p50), 1000, 100);
  EXPECT_NEAR(static_cast<double>(points[0].p95), 100'000, 10'000);
  EXPECT_NEAR(static_cast<double>(points[0].first_token_p95), 500, 50);
  EXPECT_EQ(points[1].requests, 1);
  EXPECT_EQ(points[1].errors, 0);
  EXPECT_EQ(points[1].first_token_p50, 0);
  EXPECT_TRUE(series.points(Step::minute).empty()) << "the minute is not over";
}

TEST(CallSeries, MissedSecondsArePointsWithoutCallsAndNoMoreAreKeptThanStated) {
  CallCounts counts;
  CallSeries series;
  series.sample(kStart, totals(counts));
  counts.count({});
  series.sample(kStart + seconds(3), totals(counts));
  ASSERT_EQ(series.points(Step::second).size(), 3);
  EXPECT_EQ(series.points(Step::second)[0].requests, 1);
  EXPECT_EQ(series.points(Step::second)[1].requests, 0);
  EXPECT_EQ(series.points(Step::second)[2].p50, 0);

  series.sample(kStart + seconds(1'000'000), totals(counts));
  for (const auto step : kEnumerators<Step>) {
    const auto& points = series.points(step);
    ASSERT_LE(points.size(), kSteps[step].kept);
    for (std::size_t i = 1; i < points.size(); ++i) {
      EXPECT_EQ(points[i].at - points[i - 1].at, kSteps[step].seconds);
    }
  }
  EXPECT_EQ(series.points(Step::second).back().at,
            (kStart + seconds(999'999)).time_since_epoch() / seconds(1));
}

TEST(CallSeries, AMinuteHasTheCallsOfItsSeconds) {
  CallCounts counts;
  CallSeries series;
  for (int second = 0; second <= 120; ++second) {
    series.sample(kStart + seconds(second), totals(counts));
    counts.count({});
  }
  const auto& points = series.points(Step::minute);
  ASSERT_EQ(points.size(), 2);
  EXPECT_EQ(points[0].requests, 60);
  EXPECT_EQ(points[1].requests, 60);
}

TEST(CallSeries, AClockThatIsSetBackLosesNothing) {
  CallCounts counts;
  CallSeries series;
  series.sample(kStart + seconds(10), totals(counts));
  counts.count({});
  series.sample(kStart, totals(counts));
  EXPECT_TRUE(series.points(Step::second).empty());
  series.sample(kStart + seconds(11), totals(counts));
  ASSERT_EQ(series.points(Step::second).size(), 1);
  EXPECT_EQ(series.points(Step::second)[0].requests, 1);
}

TEST(DurationBuckets, TheMiddleOfABucketIsNearEachOfItsDurations) {
  for (std::uint32_t us = 64; us < 4'000'000'000U; us += us / 7 + 1) {
    const auto bucket = DurationBuckets::of(us);
    ASSERT_LT(bucket, DurationBuckets::kCount);
    const auto middle = static_cast<double>(DurationBuckets::middle(bucket));
    EXPECT_NEAR(middle / us, 1, 0.07) << us;
    if (us > 4'294'967'295U - us / 7 - 1) break;
  }
  EXPECT_EQ(DurationBuckets::of(0), 0);
  EXPECT_LT(DurationBuckets::of(UINT32_MAX), DurationBuckets::kCount);
}

}  // namespace
}  // namespace weir::telemetry
