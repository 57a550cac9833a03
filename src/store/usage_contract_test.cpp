// The contract of UsageStore, run against each implementation.
#include <functional>
#include <limits>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

const WallTime kNow{seconds(1'800'000'000)};
const Day kDay = std::chrono::floor<days>(kNow);
const UsageFilter kEverything{.from = kDay - days(1'000), .to = kDay + days(1'000)};

UsageBatch batch(std::string writer, std::int64_t number, std::vector<UsageRow> rows) {
  return {std::move(writer), number, kNow, std::move(rows)};
}

UsageRow row(std::string key_id, std::string model, UsageCounts counts, Day day = kDay) {
  return {day, std::move(key_id), std::move(model), counts};
}

struct Implementation {
  const char* name;
  std::function<std::unique_ptr<Store>(const std::string& directory)> make;
};

class UsageContract : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(directory_.path());
    ASSERT_NE(store_, nullptr);
  }

  [[nodiscard]] std::vector<UsageRow> rows(const UsageFilter& filter = kEverything) {
    auto rows = store_->usage(filter);
    EXPECT_TRUE(rows) << rows.error().text();
    return rows.value_or(std::vector<UsageRow>());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_P(UsageContract, StartsEmpty) { EXPECT_THAT(rows(), IsEmpty()); }

TEST_P(UsageContract, AddsEveryCountPerDayKeyAndModel) {
  const Day eve = kDay - days(1);
  ASSERT_TRUE(store_->add_usage(batch("w", 1,
                                      {row("key_b", "m", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
                                       row("config:ci", "vendor/Ωmega", {1, 0, 0, 0, 0, 0}),
                                       row("key_b", "m", {1, 0, 0, 0, 0, 0}, eve)})));
  ASSERT_TRUE(store_->add_usage(batch("w", 2,
                                      {row("key_b", "m", {10, 20, 30, 40, 50, 60, 70, 80, 90, 100}),
                                       row("key_b", "", {7, 0, 0, 0, 0, 0})})));

  EXPECT_THAT(rows(), ElementsAre(row("key_b", "m", {1, 0, 0, 0, 0, 0}, eve),
                                  row("config:ci", "vendor/Ωmega", {1, 0, 0, 0, 0, 0}),
                                  row("key_b", "", {7, 0, 0, 0, 0, 0}),
                                  row("key_b", "m", {11, 22, 33, 44, 55, 66, 77, 88, 99, 110})));
}

TEST_P(UsageContract, KeepsEachCountApart) {
  std::vector<UsageRow> expected;
  for (std::size_t i = 0; i < kUsageMembers.size(); ++i) {
    UsageCounts counts;
    counts.*kUsageMembers[i] = 1000 + static_cast<std::int64_t>(i);
    expected.push_back(row(fmt::format("key_{}", i), "m", counts));
  }
  ASSERT_TRUE(store_->add_usage(batch("w", 1, expected)));
  EXPECT_EQ(rows(), expected);
}

TEST_P(UsageContract, SumsRowsOfOneBatchThatAreTheSame) {
  ASSERT_TRUE(store_->add_usage(
      batch("w", 1, {row("a", "m", {1, 0, 5, 0, 0, 0}), row("a", "m", {2, 1, 5, 0, 0, 0})})));
  EXPECT_THAT(rows(), ElementsAre(row("a", "m", {3, 1, 10, 0, 0, 0})));
}

TEST_P(UsageContract, ABatchGivenAgainAddsNothing) {
  const UsageBatch first = batch("w", 1, {row("a", "m", {.requests = 1})});
  const UsageBatch second = batch("w", 5, {row("a", "m", {.requests = 10})});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->add_usage(first));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->add_usage(second));
  ASSERT_TRUE(store_->add_usage(first));

  EXPECT_THAT(rows(), ElementsAre(row("a", "m", {.requests = 11})));
}

TEST_P(UsageContract, NumbersAreOfTheirWriterAlone) {
  ASSERT_TRUE(store_->add_usage(batch("w", 9, {row("a", "m", {.requests = 1})})));
  ASSERT_TRUE(store_->add_usage(batch("v", 1, {row("a", "m", {.requests = 2})})));
  EXPECT_THAT(rows(), ElementsAre(row("a", "m", {.requests = 3})));
}

TEST_P(UsageContract, GivesWhatTheFilterAsksFor) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(store_->add_usage(batch("w", i + 1,
                                        {row("a", "m", {.requests = 1}, kDay + days(i)),
                                         row("a", "n", {.requests = 2}, kDay + days(i)),
                                         row("b", "m", {.requests = 3}, kDay + days(i))})));
  }
  const UsageFilter middle{.from = kDay + days(1), .to = kDay + days(2)};
  const UsageFilter one_key{.from = kDay, .to = kDay, .key_id = "a"};
  const UsageFilter one_model{.from = kDay, .to = kDay, .model = "m"};
  const UsageFilter one_row{.from = kDay, .to = kDay, .key_id = "a", .model = "n"};

  EXPECT_EQ(rows(middle).size(), 6U);
  EXPECT_EQ(rows(middle).front().day, kDay + days(1));
  EXPECT_THAT(rows(one_key),
              ElementsAre(row("a", "m", {.requests = 1}), row("a", "n", {.requests = 2})));
  EXPECT_THAT(rows(one_model),
              ElementsAre(row("a", "m", {.requests = 1}), row("b", "m", {.requests = 3})));
  EXPECT_THAT(rows(one_row), ElementsAre(row("a", "n", {.requests = 2})));
  EXPECT_THAT(rows({.from = kDay, .to = kDay, .key_id = "' OR 1=1"}), IsEmpty());
  EXPECT_THAT(rows({.from = kDay + days(9), .to = kDay + days(9)}), IsEmpty());
  EXPECT_THAT(rows({.from = kDay + days(1), .to = kDay}), IsEmpty());
}

TEST_P(UsageContract, SumsStopAtTheLargestNumber) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  UsageCounts most;
  for (const auto member : kUsageMembers) most.*member = kMost;
  ASSERT_TRUE(store_->add_usage(batch("w", 1, {row("a", "m", most)})));
  ASSERT_TRUE(
      store_->add_usage(batch("w", 2, {row("a", "m", {1, 2, 3, 4, 5, kMost, 7, 8, 9, 10})})));
  ASSERT_TRUE(store_->add_usage(batch("w", 3, {row("a", "m", {})})));

  EXPECT_THAT(rows(), ElementsAre(row("a", "m", most)));
}

TEST_P(UsageContract, RefusesWhatIsNotABatchAndKeepsNothingOfIt) {
  const UsageRow sound = row("a", "m", {.requests = 1});
  for (const UsageBatch& bad :
       {batch("", 1, {sound}), batch("w", 0, {sound}), batch("w", -1, {sound}),
        batch("w", 1, {sound, row("a", "m", {.images = -1})}),
        batch("w", 1, {sound, row("a", "m", {.characters = -1})})}) {
    EXPECT_EQ(store_->add_usage(bad).error().code, Errc::invalid_parameter);
  }
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_TRUE(store_->add_usage(batch("w", 1, {sound}))) << "its number is not used up";
  EXPECT_THAT(rows(), ElementsAre(sound));
}

TEST_P(UsageContract, NamesTheLastDaysWithUsage) {
  EXPECT_THAT(*store_->usage_days(2), IsEmpty());
  for (const int i : {0, 7, 3}) {
    ASSERT_TRUE(store_->add_usage(batch(fmt::format("w{}", i), 1,
                                        {row("a", "m", {.requests = 1}, kDay + days(i)),
                                         row("b", "m", {.requests = 1}, kDay + days(i))})));
  }
  EXPECT_THAT(*store_->usage_days(2), ElementsAre(kDay + days(7), kDay + days(3)));
  EXPECT_THAT(*store_->usage_days(9), ElementsAre(kDay + days(7), kDay + days(3), kDay));
}

TEST_P(UsageContract, DeletesTheOldestDaysALittleAtATime) {
  std::vector<UsageRow> all;
  for (int day = 0; day < 4; ++day) {
    for (const char* key : {"a", "b"}) {
      for (const char* model : {"m", "n"}) {
        all.push_back(row(key, model, {.requests = 1}, kDay + days(day)));
      }
    }
  }
  ASSERT_TRUE(store_->add_usage(batch("w", 1, all)));
  const Day before = kDay + days(2);

  EXPECT_EQ(*store_->delete_usage(before, 3), 3);
  EXPECT_THAT(rows(), ElementsAreArray(all.begin() + 3, all.end()));
  EXPECT_EQ(*store_->delete_usage(before, 3), 3);
  EXPECT_EQ(*store_->delete_usage(before, 3), 2);
  EXPECT_THAT(rows(), ElementsAreArray(all.begin() + 8, all.end()));
  EXPECT_EQ(*store_->delete_usage(before, 3), 0);
  EXPECT_EQ(*store_->delete_usage(kDay + days(9), 8), 8);
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_TRUE(store_->add_usage(batch("w", 1, all)));
  EXPECT_THAT(rows(), IsEmpty()) << "the writer's number outlives its rows";
}

TEST_P(UsageContract, LeavesTheVersionOfKeysAsItIs) {
  const auto before = store_->version();
  for (int i = 1; i < 4; ++i) {
    ASSERT_TRUE(store_->add_usage(batch("w", i, {row("a", "m", {.requests = 1})})));
    EXPECT_EQ(*store_->version(), *before);
  }
  ASSERT_EQ(*store_->delete_usage(kDay + days(1), 10), 1);
  EXPECT_EQ(*store_->version(), *before);
}

TEST_P(UsageContract, ManyThreadsLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kBatches = 10;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, writer = fmt::format("w{}", thread)] {
      for (int number = 1; number <= kBatches; ++number) {
        EXPECT_TRUE(store_->add_usage(batch(writer, number, {row("a", "m", {.requests = 1})})));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(rows(), ElementsAre(row("a", "m", {.requests = kThreads * kBatches})));
}

std::unique_ptr<Store> make_sqlite(const std::string& directory) {
  auto store = SqliteStore::open({.path = directory + "/weir.db"});
  EXPECT_TRUE(store) << store.error().text();
  return store ? std::move(*store) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(All, UsageContract,
                         testing::Values(Implementation{"Memory",
                                                        [](const std::string&) {
                                                          return std::make_unique<MemoryStore>();
                                                        }},
                                         Implementation{"Sqlite", make_sqlite}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(MemoryStoreUsage, BrokenForATestFailsUntilMended) {
  MemoryStore store;
  store.break_for_test("disk full");
  EXPECT_EQ(store.add_usage(batch("w", 1, {})).error().detail, "disk full");
  EXPECT_EQ(store.usage(kEverything).error().code, Errc::store_failed);

  store.break_for_test(std::nullopt);
  EXPECT_TRUE(store.add_usage(batch("w", 1, {})));
}

TEST(SqliteUsage, IsKeptFromOneOpenToTheNextWithTheWritersNumber) {
  TemporaryDirectory directory;
  const UsageBatch first = batch("w", 1, {row("a", "m", {.requests = 1})});
  ASSERT_TRUE(make_sqlite(directory.path())->add_usage(first));

  const auto store = make_sqlite(directory.path());
  ASSERT_TRUE(store->add_usage(first));

  EXPECT_THAT(*store->usage(kEverything), ElementsAre(row("a", "m", {.requests = 1})));
}

TEST(SqliteUsage, OfABatchThatDoesNotFitNothingIsKept) {
  TemporaryDirectory directory;
  const auto store =
      SqliteStore::open({.path = directory.path() + "/weir.db", .usage_max_pages = 40});
  ASSERT_TRUE(store) << store.error().text();
  std::vector<UsageRow> many;
  for (int i = 0; i < 10'000; ++i) many.push_back(row(fmt::to_string(i), "m", {.requests = 1}));

  const auto done = (*store)->add_usage(batch("w", 1, many));

  EXPECT_EQ(done.error().code, Errc::store_failed);
  EXPECT_THAT(*(*store)->usage(kEverything), IsEmpty());
  EXPECT_TRUE((*store)->add_usage(batch("w", 1, {many.front()}))) << "its number is not used up";
  EXPECT_THAT(*(*store)->usage(kEverything), ElementsAre(many.front()));
}

TEST(SqliteUsage, AFailedBatchLeavesTheVersionOfKeysAsItIs) {
  TemporaryDirectory directory;
  const auto store =
      SqliteStore::open({.path = directory.path() + "/weir.db", .usage_max_pages = 40});
  ASSERT_TRUE(store) << store.error().text();
  const auto before = *(*store)->version();
  std::vector<UsageRow> many;
  for (int i = 0; i < 10'000; ++i) many.push_back(row(fmt::to_string(i), "m", {.requests = 1}));

  ASSERT_FALSE((*store)->add_usage(batch("w", 1, many)));

  EXPECT_EQ(*(*store)->version(), before);
}

}  // namespace
}  // namespace weir::store
