#include "usage/retention.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/memory_store.hpp"

namespace weir::usage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using store::Day;
using testing::ElementsAre;
using testing::SizeIs;

const Day kToday = std::chrono::year(2026) / 11 / 23;

TEST(FirstDayKept, CountsBackFromTheDayBeforeTheNewestWithUsage) {
  struct Case {
    days kept;
    std::vector<Day> newest;
    std::optional<Day> first;
  };
  const Day yesterday = kToday - days(1);
  const Day in_ten_years = kToday + days(3'650);
  for (const auto& [kept, newest, first] : std::vector<Case>{
           {days(1), {kToday, yesterday}, yesterday},
           {days(30), {kToday, yesterday}, kToday - days(30)},
           {days(30), {yesterday, kToday - days(2)}, kToday - days(31)},
           {days(30), {in_ten_years, yesterday}, kToday - days(30)},     // a clock that leapt ahead
           {days(30), {in_ten_years, in_ten_years}, kToday - days(29)},  // and is right again
           {days(0), {kToday, yesterday}, std::nullopt},
           {days(30), {kToday}, std::nullopt},
           {days(30), {}, std::nullopt},
       }) {
    EXPECT_EQ(first_day_kept(kept, kToday, newest), first) << kept.count();
  }
}

class RetentionOf : public testing::Test {
 protected:
  void add(Day day, int rows = 1) {
    store::UsageBatch batch{.writer = "w", .number = ++number_, .made_at = kToday, .rows = {}};
    for (int i = 0; i < rows; ++i) batch.rows.push_back({day, fmt::format("key_{}", i), "m", {1}});
    ASSERT_TRUE(store_.add_usage(batch));
  }
  [[nodiscard]] std::vector<store::UsageRow> left() {
    return *store_.usage({.from = Day(), .to = kToday + days(36'500)});
  }
  void run(days kept, WallTime now = kToday + hours(1)) {
    while (retention_.step(store_, kept, now)) {
    }
  }

  store::MemoryStore store_;
  Retention retention_;
  std::int64_t number_ = 0;
};

TEST_F(RetentionOf, OldDaysIsDeletedInSmallSteps) {
  add(kToday - days(40), 2'500);
  add(kToday - days(1));
  add(kToday);

  EXPECT_TRUE(retention_.step(store_, days(30), kToday));
  EXPECT_THAT(left(), SizeIs(1'502));
  run(days(30));
  EXPECT_THAT(left(), SizeIs(2));
}

TEST_F(RetentionOf, EachDayIsAppliedOnce) {
  add(kToday - days(1));
  add(kToday);
  run(days(30));
  add(kToday - days(40));
  run(days(30));
  EXPECT_THAT(left(), SizeIs(3)) << "the store is asked again on the next day";
  run(days(30), kToday + days(1));
  EXPECT_THAT(left(), SizeIs(2));
}

TEST_F(RetentionOf, AShorterTimeIsAppliedAtOnce) {
  add(kToday - days(20));
  add(kToday - days(1));
  add(kToday);
  run(days(30));
  EXPECT_THAT(left(), SizeIs(3));
  run(days(10));
  EXPECT_THAT(left(), SizeIs(2));
}

TEST_F(RetentionOf, ZeroDaysKeepsAll) {
  add(kToday - days(30'000 / 2));
  add(kToday - days(1));
  add(kToday);
  run(days(0));
  EXPECT_THAT(left(), SizeIs(3));
}

TEST_F(RetentionOf, AClockThatLeapsAheadDeletesNothing) {
  add(kToday - days(1));
  add(kToday);
  const Day ahead = kToday + days(3'650);
  add(ahead);
  run(days(30), ahead + hours(1));
  EXPECT_THAT(left(), SizeIs(3));
}

TEST_F(RetentionOf, AStoreThatFailsIsTriedAgain) {
  add(kToday - days(40));
  add(kToday - days(1));
  add(kToday);
  store_.break_for_test("disk lost");
  EXPECT_FALSE(retention_.step(store_, days(30), kToday));
  store_.break_for_test(std::nullopt);
  run(days(30));
  EXPECT_THAT(left(), SizeIs(2));
}

}  // namespace
}  // namespace weir::usage
