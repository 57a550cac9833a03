// Sums of usage: every view has the same totals before, while and after rows are summed.
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

using std::chrono::days;
using testing::HasSubstr;

const Day kToday = std::chrono::year(2026) / 11 / 23;
const Day kSeptember = std::chrono::year(2026) / 9 / 1;
const Day kOctober = std::chrono::year(2026) / 10 / 1;
const RollUp kAll{.days_before = kToday - days(1), .months_before = kOctober};
const UsageFilter kEverything{.from = kToday - days(1'000), .to = kToday + days(1'000)};

using Sums = std::map<std::string, UsageCounts>;

class UsageRollUp : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteStore::open({.path = directory_.path() + "/weir.db"});
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
  }

  void add(Day day, const std::string& key_id, const std::string& model, std::int64_t requests) {
    UsageCounts counts;
    for (const auto member : kUsageMembers) counts.*member = requests * 3;
    counts.requests = requests;
    ASSERT_TRUE(store_->add_usage({.writer = "w",
                                   .number = ++number_,
                                   .made_at = kToday,
                                   .rows = {{day, key_id, model, counts}}}));
  }
  void fill() {
    for (auto day = kToday - days(100); day <= kToday; day += days(9)) {
      for (const char* key : {"a", "b", ""}) {
        for (const char* model : {"m", "n", ""})
          add(day, key, model, day.time_since_epoch().count());
      }
    }
  }
  void roll_up(const RollUp& until = kAll, std::int64_t step = 7) {
    for (;;) {
      const auto rows = store_->roll_up(until, step);
      ASSERT_TRUE(rows) << rows.error().text();
      if (*rows == 0) return;
    }
  }

  Sums read(UsageView view, bool by_day, bool by_key, bool by_model,
            const UsageFilter& filter = kEverything) {
    Sums sums;
    const auto done = store_->visit_usage(filter, view, [&](const UsageSum& sum) {
      const auto day = by_day ? sum.day.time_since_epoch().count() : 0;
      sums[fmt::format("{} {} {}", day, by_key ? sum.key_id : "", by_model ? sum.model : "")].add(
          sum.counts);
      return true;
    });
    EXPECT_TRUE(done) << done.error().text();
    return sums;
  }
  /// All that does not name a day together with key and model.
  std::vector<Sums> reports() {
    using enum UsageView;
    return {read(rows, false, false, false),    read(rows, false, true, true),
            read(by_key, true, true, false),    read(by_key, false, true, false),
            read(by_key, true, false, false),   read(by_model, true, false, true),
            read(by_model, false, false, true), read(by_model, true, false, false)};
  }
  [[nodiscard]] std::size_t rows() { return store_->usage(kEverything)->size(); }

  TemporaryDirectory directory_;
  std::unique_ptr<SqliteStore> store_;
  std::int64_t number_ = 0;
};

TEST_F(UsageRollUp, NoReportChangesAtAnyStep) {
  fill();
  const auto before = reports();
  const auto rows_before = rows();
  for (;;) {
    const auto summed = store_->roll_up(kAll, 5);
    ASSERT_TRUE(summed) << summed.error().text();
    ASSERT_LE(*summed, 5);
    ASSERT_EQ(reports(), before);
    if (*summed == 0) break;
  }
  EXPECT_LT(rows(), rows_before);
}

TEST_F(UsageRollUp, MonthsReplaceTheirDays) {
  for (int day = 0; day < 30; ++day) add(kSeptember + days(day), "a", "m", 1);
  add(kOctober, "a", "m", 1);
  roll_up();
  const auto rows = store_->usage(kEverything);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().day, kSeptember);
  EXPECT_EQ(rows->front().counts.requests, 30);
  EXPECT_EQ(rows->back().day, kOctober);
}

TEST_F(UsageRollUp, UsageThatComesLateIsInEverySum) {
  fill();
  roll_up();
  const auto before = read(UsageView::rows, false, false, false).begin()->second.requests;
  add(kSeptember, "a", "m", 1'000);
  add(kSeptember, "new", "other", 1'000);
  add(kOctober + days(3), "b", "n", 1'000);
  const auto after = reports();
  for (const auto& report : after) {
    std::int64_t requests = 0;
    for (const auto& [name, counts] : report) requests += counts.requests;
    EXPECT_EQ(requests, before + 3'000);
  }
  roll_up();
  EXPECT_EQ(reports(), after);
}

TEST_F(UsageRollUp, AClockThatLeapsAheadHarmsNoSum) {
  fill();
  const auto ahead = kToday + days(3'650);
  add(ahead, "a", "m", 1);
  roll_up({.days_before = ahead + days(1), .months_before = kOctober});
  add(kToday, "a", "m", 5);
  add(kToday + days(1), "b", "n", 5);
  const auto before = reports();
  roll_up({.days_before = kToday + days(1), .months_before = kOctober});
  EXPECT_EQ(reports(), before);
}

TEST_F(UsageRollUp, APartOfASummedMonthIsRefusedAndItsDaysByKeyAreNot) {
  fill();
  add(kSeptember + days(10), "a", "m", 1);
  roll_up();
  const UsageFilter part{.from = kSeptember + days(3), .to = kToday};
  const auto refused = store_->visit_usage(part, UsageView::rows, [](const auto&) { return true; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_parameter);
  EXPECT_THAT(refused.error().detail, HasSubstr("2026-09"));
  EXPECT_FALSE(read(UsageView::by_key, true, true, false, part).empty());
  EXPECT_FALSE(read(UsageView::rows, true, true, true, {.from = kSeptember, .to = kToday}).empty());
  EXPECT_FALSE(read(UsageView::rows, true, true, true, {.from = kOctober, .to = kToday}).empty());
}

TEST_F(UsageRollUp, WhatIsDeletedLeavesNoSum) {
  fill();
  roll_up();
  while (*store_->delete_usage(kOctober, 10) == 10) {
  }
  for (const auto view : {UsageView::rows, UsageView::by_key, UsageView::by_model}) {
    std::int64_t oldest = kToday.time_since_epoch().count();
    const auto read = store_->visit_usage(kEverything, view, [&](const UsageSum& sum) {
      oldest = std::min<std::int64_t>(oldest, sum.day.time_since_epoch().count());
      return true;
    });
    ASSERT_TRUE(read);
    EXPECT_GE(oldest, kOctober.time_since_epoch().count());
    EXPECT_LT(oldest, kToday.time_since_epoch().count());
  }
}

TEST_F(UsageRollUp, AVisitCanBeEnded) {
  fill();
  int seen = 0;
  ASSERT_TRUE(store_->visit_usage(kEverything, UsageView::rows,
                                  [&](const UsageSum&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
}

TEST_F(UsageRollUp, TheNewestDaysAreKnownWhenTheirRowsAreSummed) {
  add(kSeptember, "a", "m", 1);
  add(kSeptember + days(1), "a", "m", 1);
  add(kToday, "a", "m", 1);
  roll_up();
  EXPECT_THAT(*store_->usage_days(2), testing::ElementsAre(kToday, kSeptember + days(1)));
}

}  // namespace
}  // namespace weir::store
