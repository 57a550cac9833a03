#include "api/own_usage.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

using limit::Dimension;

TEST(OwnUsage, OfAnUnlimitedKeyIsEmpty) {
  EXPECT_EQ(render_uses({}), R"({"object":"usage","limits":[]})");
}

TEST(OwnUsage, HasEachLimitWithWhatIsLeft) {
  const limit::LimitUse uses[] = {
      {{},
       Dimension::requests_per_minute,
       {.quota = {.limit = 60, .remaining = 57, .reset = std::chrono::milliseconds(1001)},
        .used = 3}},
      {{}, Dimension::in_flight, {.quota = {.limit = 4, .remaining = 3}, .used = 1}},
      {"a\"b", Dimension::tokens_per_day, {.quota = {.limit = 5, .remaining = 0}, .used = 9}},
  };
  EXPECT_EQ(
      render_uses(uses),
      R"({"object":"usage","limits":[)"
      R"({"limit":"requests_per_minute","max":60,"used":3,"remaining":57,"reset_seconds":2},)"
      R"({"limit":"max_in_flight","max":4,"used":1,"remaining":3},)"
      R"({"limit":"tokens_per_day","model":"a\"b","max":5,"used":9,"remaining":0,"reset_seconds":0}]})");
}

TEST(OwnUsage, IsAskedOfTheLimiter) {
  const OwnUsage usage{
      .limiter = std::make_shared<limit::KeyLimiter>(limit::Limits{.images_per_minute = 7}),
      .now = MonotonicTime(std::chrono::hours(1))};
  EXPECT_EQ(usage.render(),
            R"({"object":"usage","limits":[{"limit":"images_per_minute","max":7,"used":0,)"
            R"("remaining":7,"reset_seconds":0}]})");
}

}  // namespace
}  // namespace weir::api
