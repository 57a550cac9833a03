#include "usage/summing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::usage {
namespace {

using std::chrono::days;
using store::Day;

const Day kToday = std::chrono::year(2026) / 11 / 23;

TEST(RollUpUntil, MonthsAreSummedOnceAllOfThemIsOld) {
  struct Case {
    int detailed;
    std::vector<Day> newest;
    Day months_before;
  };
  const Day yesterday = kToday - days(1);
  const Day november = std::chrono::year(2026) / 11 / 1;
  const Day october = std::chrono::year(2026) / 10 / 1;
  for (const auto& [detailed, newest, months_before] : std::vector<Case>{
           {22, {kToday, yesterday}, november},
           {31, {kToday, yesterday}, october},
           {53, {kToday, yesterday}, october},
           {54, {kToday, yesterday}, std::chrono::year(2026) / 9 / 1},
           {31, {kToday + days(3'650), yesterday}, october},  // a clock that leapt ahead
           {0, {kToday, yesterday}, Day::min()},
           {31, {kToday}, Day::min()},
       }) {
    const auto until = roll_up_until(days(detailed), kToday, newest);
    EXPECT_EQ(until.months_before, months_before) << detailed;
    EXPECT_EQ(until.days_before, yesterday);
  }
}

TEST(Summing, EachDayIsSummedOnce) {
  TemporaryDirectory directory;
  const auto store = store::SqliteStore::open({.path = directory.path() + "/weir.db"});
  ASSERT_TRUE(store) << store.error().text();
  std::int64_t number = 0;
  const auto add = [&](Day day) {
    ASSERT_TRUE((*store)->add_usage({.writer = "w",
                                     .number = ++number,
                                     .made_at = kToday,
                                     .rows = {{day, "a", "m", {.requests = 1}}}}));
  };
  const auto rows = [&] {
    return (*store)->usage({.from = Day(), .to = kToday + days(9)})->size();
  };
  for (int ago = 100; ago >= 0; --ago) add(kToday - days(ago));
  Summing summing;
  while (summing.step(**store, days(31), kToday)) {
  }
  const auto left = rows();
  EXPECT_EQ(left, 2 + 31 + 23);  // August, from the 15th on, and September; October; November
  add(kToday - days(90));
  EXPECT_FALSE(summing.step(**store, days(31), kToday));
  EXPECT_EQ(rows(), left + 1) << "the store is asked again on the next day";
  while (summing.step(**store, days(31), kToday + days(1))) {
  }
  EXPECT_EQ(rows(), left);
}

}  // namespace
}  // namespace weir::usage
