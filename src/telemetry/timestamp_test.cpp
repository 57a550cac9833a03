#include "telemetry/timestamp.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(Timestamp, IsRfc3339ToTheMillisecond) {
  std::string text;
  append_timestamp(text, WallTime{1'700'000'000'007ms});
  append_timestamp(text, WallTime{1'700'000'000'999ms});
  append_timestamp(text, WallTime{1'700'000'001'000ms});
  EXPECT_EQ(text, "2023-11-14T22:13:20.007Z2023-11-14T22:13:20.999Z2023-11-14T22:13:21.000Z");
}

TEST(Timestamp, TheDateFieldIsAnImfFixdate) {
  EXPECT_EQ(format_http_date(WallTime{784'111'777s}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace weir::telemetry
