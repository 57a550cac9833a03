#include "app/command_line/key_limits_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using limit::Dimension;
using testing::HasSubstr;

constexpr std::size_t at(Dimension dimension) { return static_cast<std::size_t>(dimension); }

TEST(KeyLimitsCommand, ReadsNumbersAndUnlimited) {
  LimitTexts texts;
  texts.limits[at(Dimension::requests_per_minute)] = "600";
  texts.limits[at(Dimension::tokens_per_day)] = "unlimited";
  texts.limits[at(Dimension::in_flight)] = "0";
  const auto change = parse_limit_change(texts);
  ASSERT_TRUE(change) << change.error().text();
  const limit::Limits before{.tokens_per_minute = 5, .tokens_per_day = 7, .max_in_flight = 9};
  EXPECT_EQ(change->over({.limits = before}).limits,
            (limit::Limits{.requests_per_minute = 600, .tokens_per_minute = 5}));
}

TEST(KeyLimitsCommand, UnlimitedRemovesWhatIsNotGiven) {
  LimitTexts texts;
  texts.unlimited = true;
  texts.limits[at(Dimension::in_flight)] = "3";
  const auto change = parse_limit_change(texts);
  ASSERT_TRUE(change);
  const auto after = change->over(
      {.limits = {.tokens_per_day = 7}, .model_limits = {{"*", {.images_per_day = 1}}}});
  EXPECT_EQ(after.limits, (limit::Limits{.max_in_flight = 3}));
  EXPECT_TRUE(after.model_limits.empty());
}

TEST(KeyLimitsCommand, LimitsOfModelsAreReplacedOrRemoved) {
  LimitTexts texts;
  texts.model_limits = {"a rpm=1", "b/* tpd=2"};
  const auto change = parse_limit_change(texts);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->over({}).model_limits.size(), 2U);
  texts.model_limits = {"none"};
  const auto none = parse_limit_change(texts);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->over({.model_limits = {{"*", {.images_per_day = 1}}}}).model_limits.empty());
}

TEST(KeyLimitsCommand, RefusesWhatIsNoLimit) {
  EXPECT_THAT(parse_limit_change({}).error().detail, HasSubstr("no limit is given"));
  for (const auto* text : {"many", "-1", "1000001", "1.5", " 5", "Unlimited"}) {
    LimitTexts texts;
    texts.limits[at(Dimension::requests_per_minute)] = text;
    const auto change = parse_limit_change(texts);
    ASSERT_FALSE(change) << text;
    EXPECT_THAT(change.error().detail, HasSubstr("--requests-per-minute,--rpm")) << text;
  }
}

}  // namespace
}  // namespace weir::app
