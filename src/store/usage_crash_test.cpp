// kill -9 at any moment leaves each batch of usage complete or absent, and loses no acknowledged
// one: a child writes and acknowledges, the test kills it.
#include <chrono>
#include <random>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/kill_loop_for_test.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

constexpr int kKeys = 5;
const Day kDay{std::chrono::days(20'000)};

/// One request of each key, so that half a batch can be detected.
UsageBatch batch(const std::string& writer, std::int64_t number) {
  UsageBatch made{.writer = writer, .number = number, .made_at = kDay, .rows = {}};
  for (int i = 0; i < kKeys; ++i) {
    made.rows.push_back({kDay, fmt::format("key_{}", i), "m", {.requests = 1}});
  }
  return made;
}

/// Adds batches until it is killed. No test assertion may run in here.
[[noreturn]] void add_until_killed(const std::string& path, const std::string& writer, int pipe) {
  const auto store = SqliteStore::open({.path = path});
  if (!store) ::_exit(1);
  for (std::int64_t number = 1;; ++number) {
    if (!(*store)->add_usage(batch(writer, number))) ::_exit(2);
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(3);
  }
}

/// The number of requests of each key; fails unless it is the same for all.
std::int64_t requests_of_each_key(SqliteStore& store) {
  const auto rows = store.usage({.from = kDay, .to = kDay});
  EXPECT_TRUE(rows) << rows.error().text();
  if (!rows || rows->empty()) return 0;
  EXPECT_EQ(rows->size(), kKeys);
  for (const UsageRow& row : *rows) {
    EXPECT_EQ(row.counts.requests, rows->front().counts.requests) << "a batch is half there";
  }
  return rows->front().counts.requests;
}

TEST(UsageCrash, KillAtAnyMomentLeavesWholeBatchesAndLosesNoneAcknowledged) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/weir.db";
  std::int64_t expected = 0;

  for (int cycle = 0; cycle < kKillCycles; ++cycle) {
    const std::string writer = fmt::format("writer {}", cycle);
    std::int64_t acknowledged = 0;
    ASSERT_NO_FATAL_FAILURE(kill_at_a_random_moment<std::int64_t>(
        random, [&](int pipe) { add_until_killed(path, writer, pipe); },
        [&](std::int64_t number) { acknowledged = number; }));

    const auto store = SqliteStore::open({.path = path});
    ASSERT_TRUE(store) << store.error().text();
    ASSERT_TRUE((*store)->check_integrity());
    const std::int64_t kept = requests_of_each_key(**store);
    EXPECT_GE(kept, expected + acknowledged) << "an acknowledged batch is lost";
    EXPECT_LE(kept, expected + acknowledged + 1) << "a batch counts twice";

    // The child may have committed its last batch unacknowledged. A caller in this situation sends
    // it again.
    ASSERT_TRUE((*store)->add_usage(batch(writer, acknowledged + 1)));
    expected += acknowledged + 1;
    ASSERT_EQ(requests_of_each_key(**store), expected);
  }
}

/// Adds a day and sums those before it, one row at a time, until it is killed.
[[noreturn]] void sum_until_killed(const std::string& path, const std::string& writer, int pipe) {
  const auto store = SqliteStore::open({.path = path});
  if (!store) ::_exit(1);
  for (std::int64_t number = 1;; ++number) {
    auto day = batch(writer, number);
    for (auto& row : day.rows) row.day += std::chrono::days(number % 70);
    if (!(*store)->add_usage(day)) ::_exit(2);
    const RollUp until{.days_before = kDay + std::chrono::days(60),
                       .months_before = month_of(kDay + std::chrono::days(40))};
    for (int step = 0; step < 12; ++step) {
      if (!(*store)->roll_up(until, 1)) ::_exit(3);
    }
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(4);
  }
}

std::int64_t requests_in(SqliteStore& store, UsageView view) {
  std::int64_t requests = 0;
  const UsageFilter all{.from = kDay - std::chrono::days(40), .to = kDay + std::chrono::days(100)};
  const auto read = store.visit_usage(all, view, [&](const UsageSum& sum) {
    requests += sum.counts.requests;
    return true;
  });
  EXPECT_TRUE(read) << read.error().text();
  return requests;
}

TEST(UsageCrash, AKillWhileUsageIsSummedLosesAndDoublesNothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/weir.db";
  std::int64_t expected = 0;
  for (int cycle = 0; cycle < kKillCycles; ++cycle) {
    std::int64_t acknowledged = 0;
    ASSERT_NO_FATAL_FAILURE(kill_at_a_random_moment<std::int64_t>(
        random, [&](int pipe) { sum_until_killed(path, fmt::format("writer {}", cycle), pipe); },
        [&](std::int64_t number) { acknowledged = number; }));
    const auto store = SqliteStore::open({.path = path});
    ASSERT_TRUE(store) << store.error().text();
    const auto kept = requests_in(**store, UsageView::rows);
    EXPECT_GE(kept, expected + acknowledged * kKeys);
    EXPECT_LE(kept, expected + (acknowledged + 1) * kKeys);
    EXPECT_EQ(requests_in(**store, UsageView::by_key), kept);
    EXPECT_EQ(requests_in(**store, UsageView::by_model), kept);
    expected = kept;
  }
}

}  // namespace
}  // namespace weir::store
