#include "management/replays.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::management {
namespace {

constexpr MonotonicTime kNow{std::chrono::hours(1)};

TEST(Replays, AnswerARepetitionAndRefuseAnotherRequest) {
  Replays replays;
  ASSERT_EQ(replays.begin("a", "create ci", kNow)->has_value(), false);
  EXPECT_EQ(replays.begin("a", "create ci", kNow).error().reason, Reason::in_progress);
  replays.finish("a", {.status = 201, .json = Secret("{}"), .fields = "x", .etag = "y"});

  const auto again = replays.begin("a", "create ci", kNow);
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->status, 201);
  EXPECT_EQ((*again)->json.reveal(), "{}");
  EXPECT_EQ(replays.begin("a", "create other", kNow).error().reason, Reason::idempotency_mismatch);
  EXPECT_FALSE(replays.begin("a", "create ci", kNow + Replays::kLife)->has_value());
}

TEST(Replays, ARequestThatChangedNothingMayBeRepeated) {
  Replays replays;
  ASSERT_TRUE(replays.begin("a", "create ci", kNow));
  replays.cancel("a");
  EXPECT_FALSE(replays.begin("a", "create other", kNow)->has_value());
}

TEST(Replays, AreBounded) {
  Replays replays;
  for (std::size_t i = 0; i < Replays::kMost; ++i) {
    ASSERT_TRUE(replays.begin(fmt::format("{}", i), "", kNow));
  }
  EXPECT_EQ(replays.begin("one more", "", kNow).error().reason, Reason::overloaded);
  replays.finish("5", {});
  EXPECT_TRUE(replays.begin("one more", "", kNow));
  EXPECT_EQ(replays.begin("7", "", kNow).error().reason, Reason::in_progress)
      << "it is not dropped";
}

}  // namespace
}  // namespace weir::management
