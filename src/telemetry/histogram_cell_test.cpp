#include "telemetry/histogram_cell.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "telemetry/metrics.hpp"

namespace weir::telemetry {
namespace {

constexpr MetricRow kRow{"weir_test_seconds", "histogram", "route", "A test's."};
const Histogram::BucketBoundaries kBuckets{1, 2, 4};

class HistogramCellTest : public testing::Test {
 protected:
  HistogramCell& add(const char* route) {
    return registry_.cells().add(family_, {{"route", route}}, kBuckets);
  }
  [[nodiscard]] bool shows(const std::string& line) const {
    return format_metrics(registry_).contains(line + "\n");
  }

  Registry registry_;
  prometheus::Family<Histogram>& family_ = register_histogram(registry_, kRow);
};

TEST_F(HistogramCellTest, CountsAValueInTheFirstBucketThatReachesIt) {
  auto& cell = add("a");
  for (const double value : {0.5, 1.0, 1.5, 4.0, 4.5}) cell.observe(value);
  EXPECT_TRUE(shows(R"(weir_test_seconds_bucket{route="a",le="1"} 2)"));
  EXPECT_TRUE(shows(R"(weir_test_seconds_bucket{route="a",le="2"} 3)"));
  EXPECT_TRUE(shows(R"(weir_test_seconds_bucket{route="a",le="4"} 4)"));
  EXPECT_TRUE(shows(R"(weir_test_seconds_bucket{route="a",le="+Inf"} 5)"));
  EXPECT_TRUE(shows(R"(weir_test_seconds_sum{route="a"} 11.5)"));
}

TEST_F(HistogramCellTest, ReadingTwiceCountsOnce) {
  auto& cell = add("a");
  cell.observe(3);
  EXPECT_TRUE(shows(R"(weir_test_seconds_count{route="a"} 1)"));
  EXPECT_TRUE(shows(R"(weir_test_seconds_count{route="a"} 1)"));
  cell.observe(3);
  EXPECT_TRUE(shows(R"(weir_test_seconds_count{route="a"} 2)"));
}

TEST_F(HistogramCellTest, CellsWithTheSameLabelsShareAHistogram) {
  auto& one = add("a");
  auto& other = add("a");
  std::thread thread([&] {
    for (int i = 0; i < 1000; ++i) other.observe(3);
  });
  for (int i = 0; i < 1000; ++i) one.observe(1);
  thread.join();
  EXPECT_TRUE(shows(R"(weir_test_seconds_bucket{route="a",le="1"} 1000)"));
  EXPECT_TRUE(shows(R"(weir_test_seconds_count{route="a"} 2000)"));
}

}  // namespace
}  // namespace weir::telemetry
