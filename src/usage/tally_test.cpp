#include "usage/tally.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::usage {
namespace {

using std::chrono::days;
using store::Day;
using store::UsageCounts;
using store::UsageRow;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Day kDay{days(20'000)};

UsageCounts calls(std::int64_t requests) { return {.requests = requests}; }

std::vector<UsageRow> drain(Tally& tally) {
  std::vector<UsageRow> rows;
  tally.drain(
      [&](Day day, std::string_view key_id, std::string_view model, const UsageCounts& counts) {
        rows.push_back({day, std::string(key_id), std::string(model), counts});
      });
  return rows;
}

TEST(Tally, SumsEveryCountPerDayKeyAndModel) {
  Tally tally(100);
  const UsageCounts one{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const UsageCounts two{2, 4, 6, 8, 10, 12, 14, 16, 18, 20};
  tally.add(kDay, "key_a", "m", one);
  tally.add(kDay, "key_a", "m", one);
  tally.add(kDay, "key_a", "n", one);
  tally.add(kDay, "key_b", "m", one);
  tally.add(kDay + days(1), "key_a", "m", one);

  EXPECT_EQ(tally.size(), 4U);
  EXPECT_THAT(
      drain(tally),
      ElementsAre(UsageRow{kDay, "key_a", "m", two}, UsageRow{kDay, "key_a", "n", one},
                  UsageRow{kDay, "key_b", "m", one}, UsageRow{kDay + days(1), "key_a", "m", one}));
}

TEST(Tally, DoesNotTakeTheKeyForTheModel) {
  Tally tally(100);
  tally.add(kDay, "a", "b", calls(1));
  tally.add(kDay, "b", "a", calls(2));
  tally.add(kDay, "ab", "", calls(3));

  EXPECT_EQ(tally.size(), 3U);
}

TEST(Tally, ADrainedRowIsNotGivenAgainUntilItIsAddedTo) {
  Tally tally(100);
  tally.add(kDay, "a", "m", calls(1));
  EXPECT_THAT(drain(tally), testing::SizeIs(1));

  EXPECT_TRUE(tally.empty());
  EXPECT_THAT(drain(tally), IsEmpty());
  tally.add(kDay, "a", "m", calls(5));
  EXPECT_THAT(drain(tally), ElementsAre(UsageRow{kDay, "a", "m", calls(5)}));
}

TEST(Tally, BeyondItsRowsTheModelIsGivenUpAndThenTheKey) {
  Tally tally(2);
  for (const char* key : {"a", "b", "c", "d", "e"}) tally.add(kDay, key, "m", calls(1));
  tally.add(kDay, "c", "n", calls(1));
  tally.add(kDay, "a", "m", calls(1));
  tally.add(kDay, "a", "n", calls(1));

  EXPECT_EQ(tally.size(), 5U);
  EXPECT_THAT(
      drain(tally),
      UnorderedElementsAre(UsageRow{kDay, "a", "m", calls(2)},  //
                           UsageRow{kDay, "b", "m", calls(1)}, UsageRow{kDay, "c", "", calls(2)},
                           UsageRow{kDay, "d", "", calls(1)}, UsageRow{kDay, "", "", calls(2)}));
  EXPECT_EQ(tally.take_merged(), 5);
  EXPECT_EQ(tally.take_merged(), 0);
}

TEST(Tally, EmptyRowsTakeNoRoomFromFullOnes) {
  Tally tally(2);
  for (int i = 0; i < 10; ++i) {
    tally.add(kDay + days(i), "a", "m", calls(1));
    tally.add(kDay + days(i), "b", "m", calls(1));
    EXPECT_THAT(drain(tally), ElementsAre(UsageRow{kDay + days(i), "a", "m", calls(1)},
                                          UsageRow{kDay + days(i), "b", "m", calls(1)}));
  }
  EXPECT_EQ(tally.take_merged(), 0);
}

TEST(Tally, ManyRowsOnceAreForgottenAndCountAgain) {
  Tally tally(10'000);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5'000; ++i) tally.add(kDay, fmt::to_string(i), "m", calls(1));
    EXPECT_EQ(drain(tally).size(), 5'000U);
  }
}

TEST(Tally, WhatAnUpstreamReportsCannotSpoilASum) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  Tally tally(10);
  tally.add(kDay, "a", "m", {.requests = 1, .prompt_tokens = kMost, .completion_tokens = -7});
  tally.add(kDay, "a", "m", {.requests = 1, .prompt_tokens = kMost, .completion_tokens = 7});

  EXPECT_THAT(
      drain(tally),
      ElementsAre(UsageRow{
          kDay, "a", "m", {.requests = 2, .prompt_tokens = kMost, .completion_tokens = 7}}));
}

}  // namespace
}  // namespace weir::usage
