// kill -9 at any moment loses no counted call, and counts none twice: a child counts, flushes and
// acknowledges, the test kills it and reads what it left.
#include "usage/journal_file.hpp"

#include <filesystem>
#include <random>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/kill_loop_for_test.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "usage/recorder.hpp"

namespace weir::usage {
namespace {

using store::Day;
using store::UsageBatch;

const WallTime kNow{std::chrono::seconds(1'800'000'000)};
const Day kDay = std::chrono::floor<std::chrono::days>(kNow);
constexpr std::size_t kBytes = 128 << 10;

class JournalFiles : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/weir.db"; }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      count += entry.path().filename().string().starts_with("weir.db.usage-") ? 1 : 0;
    }
    return count;
  }
  static std::int64_t requests(store::UsageStore& store) {
    std::int64_t sum = 0;
    const auto rows = store.usage({.from = kDay, .to = kDay});
    EXPECT_TRUE(rows);
    if (!rows) return -1;
    for (const auto& row : *rows) {
      sum += row.counts.requests;
      EXPECT_EQ(row.counts.prompt_tokens, 2 * row.counts.requests) << "half of a call";
    }
    return sum;
  }

  TemporaryDirectory directory_;
  telemetry::Registry registry_;
};

/// A call is acknowledged once it is counted. No test assertion may run in here.
[[noreturn]] void count_until_killed(const std::string& path, int pipe) {
  const auto store = store::SqliteStore::open({.path = path});
  if (!store) ::_exit(1);
  telemetry::Registry registry;
  Recorder recorder(1000, registry);
  auto file = JournalFile::create(path, recorder.writer(), 1, kBytes);
  if (!file) ::_exit(2);
  recorder.keep_in(std::move(*file));
  auto& cell = recorder.add_cell();
  std::thread flushing([&] {
    for (;;) {
      if (!recorder.flush(**store, kNow)) ::_exit(3);
    }
  });
  for (std::int64_t number = 1;; ++number) {
    cell.record(kDay, "key_a", number % 3 == 0 ? "m" : "n", {.requests = 1, .prompt_tokens = 2});
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(4);
  }
}

TEST_F(JournalFiles, AKillAtAnyMomentLosesNoCallAndCountsNoneTwice) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::int64_t before = 0;
  for (int cycle = 0; cycle < store::kKillCycles; ++cycle) {
    std::int64_t acknowledged = 0;
    ASSERT_NO_FATAL_FAILURE(store::kill_at_a_random_moment<std::int64_t>(
        random, [&](int pipe) { count_until_killed(path(), pipe); },
        [&](std::int64_t number) { acknowledged = number; }));
    const auto store = store::SqliteStore::open({.path = path()});
    ASSERT_TRUE(store) << store.error().text();
    EXPECT_FALSE(UsageRecovery(path()).run(**store, kNow));
    EXPECT_EQ(files(), 0U);
    const auto kept = requests(**store) - before;
    EXPECT_GE(kept, acknowledged) << "a call is missing";
    EXPECT_LE(kept, acknowledged + 1) << "a call counts twice";
    before += kept;
  }
}

/// Fails after or before the commit, by turns.
class FailingStore final : public store::UsageStore {
 public:
  Result<> add_usage(const UsageBatch& batch) override {
    if (works) return store_.add_usage(batch);
    after_commit = !after_commit;
    if (after_commit) {
      if (auto added = store_.add_usage(batch); !added) return added;
    }
    return fail(Errc::store_failed, "disk lost");
  }
  Result<std::vector<store::UsageRow>> usage(const store::UsageFilter& filter) override {
    return store_.usage(filter);
  }
  Result<std::vector<store::Day>> usage_days(std::size_t most) override {
    return store_.usage_days(most);
  }
  Result<std::int64_t> delete_usage(store::Day before, std::int64_t max_rows) override {
    return store_.delete_usage(before, max_rows);
  }

  bool works = false;
  bool after_commit = false;

 private:
  store::MemoryStore store_;
};

TEST_F(JournalFiles, BatchesOfAnUnreliableStoreCountOnceAfterAKill) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  FailingStore store;
  std::int64_t counted = 0;
  for (int round = 0; round < 50; ++round) {
    telemetry::Registry registry;
    Recorder recorder(1000, registry);
    auto file = JournalFile::create(path(), recorder.writer(), 2, kBytes);
    ASSERT_TRUE(file) << file.error().detail;
    const std::string left = file->path();
    recorder.keep_in(std::move(*file));
    std::array cells{&recorder.add_cell(), &recorder.add_cell()};
    for (int step = 0; step < 30; ++step) {
      store.works = random() % 3 == 0;
      cells[random() % 2]->record(kDay, "key_a", fmt::to_string(random() % 5),
                                  {.requests = 1, .prompt_tokens = 2});
      ++counted;
      if (random() % 2 == 0) [[maybe_unused]]
        const auto flushed = recorder.flush(store, kNow);
    }
    store.works = true;
    // As after a kill: its process has the lock no more.
    std::filesystem::copy_file(left, left + "0");
    std::filesystem::remove(left);
    EXPECT_FALSE(UsageRecovery(path()).run(store, kNow));
    ASSERT_EQ(requests(store), counted) << round;
  }
}

TEST_F(JournalFiles, TheFileOfAProcessThatRunsIsLeftAlone) {
  store::MemoryStore store;
  const auto file = JournalFile::create(path(), "abc", 1, kBytes);
  ASSERT_TRUE(file);
  EXPECT_TRUE(UsageRecovery(path()).run(store, kNow));
  EXPECT_FALSE(UsageRecovery(path(), "abc").run(store, kNow)) << "its own does not wait";
  EXPECT_EQ(files(), 1U);
}

TEST_F(JournalFiles, WhatTheStoreCannotTakeWaits) {
  FailingStore store;
  {
    Recorder recorder(1000, registry_);
    auto file = JournalFile::create(path(), recorder.writer(), 1, kBytes);
    ASSERT_TRUE(file);
    recorder.keep_in(std::move(*file));
    recorder.add_cell().record(kDay, "key_a", "m", {.requests = 1, .prompt_tokens = 2});
  }
  UsageRecovery recovery(path());
  EXPECT_TRUE(recovery.run(store, kNow));
  EXPECT_TRUE(recovery.run(store, kNow));
  EXPECT_EQ(files(), 1U);
  store.works = true;
  EXPECT_FALSE(recovery.run(store, kNow));
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(requests(store), 1);
}

TEST_F(JournalFiles, AStopRemovesItOnlyIfAllIsStored) {
  FailingStore store;
  Recorder recorder(1000, registry_);
  auto file = JournalFile::create(path(), recorder.writer(), 1, kBytes);
  ASSERT_TRUE(file);
  recorder.keep_in(std::move(*file));
  recorder.add_cell().record(kDay, "key_a", "m", {.requests = 1, .prompt_tokens = 2});
  EXPECT_FALSE(recorder.flush(store, kNow));
  EXPECT_TRUE(recorder.close_file());
  EXPECT_EQ(files(), 1U);
  store.works = true;
  EXPECT_TRUE(recorder.flush(store, kNow));
  EXPECT_TRUE(recorder.close_file());
  EXPECT_EQ(files(), 0U);
}

TEST_F(JournalFiles, AFolderThatIsMissingIsAnError) {
  const auto file = JournalFile::create(path() + "/none/weir.db", "abc", 1, kBytes);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().detail.find("none"), std::string::npos);
}

}  // namespace
}  // namespace weir::usage
