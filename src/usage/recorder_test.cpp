#include "usage/recorder.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/memory_store.hpp"

namespace weir::usage {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using store::Day;
using store::UsageBatch;
using store::UsageCounts;
using store::UsageRow;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const WallTime kNow{seconds(1'800'000'000)};
const Day kDay = std::chrono::floor<days>(kNow);
constexpr std::size_t kRows = 100;

UsageCounts calls(std::int64_t requests) { return {.requests = requests}; }

/// A MemoryStore whose calls fail by a script, and then work.
class UnreliableStore final : public store::UsageStore {
 public:
  enum class Next { works, fails, fails_after_the_commit };

  Result<> add_usage(const UsageBatch& batch) override {
    numbers.push_back(batch.number);
    const Next next = script.empty() ? Next::works : script.front();
    if (!script.empty()) script.pop_front();
    if (next == Next::fails) return fail(Errc::store_failed, "disk full");
    auto added = store_.add_usage(batch);
    if (next == Next::fails_after_the_commit) return fail(Errc::store_failed, "disk lost");
    return added;
  }

  Result<std::vector<UsageRow>> usage(const store::UsageFilter& filter) override {
    return store_.usage(filter);
  }

  Result<std::vector<Day>> usage_days(std::size_t most) override { return store_.usage_days(most); }
  Result<std::int64_t> delete_usage(Day before, std::int64_t max_rows) override {
    return store_.delete_usage(before, max_rows);
  }

  [[nodiscard]] std::vector<UsageRow> rows() {
    return *usage({.from = kDay - days(100), .to = kDay + days(100)});
  }

  std::deque<Next> script;
  std::vector<std::int64_t> numbers;  ///< of the batches given

 private:
  store::MemoryStore store_;
};

using Next = UnreliableStore::Next;

class UsageRecorder : public testing::Test {
 protected:
  [[nodiscard]] std::string metrics() const { return telemetry::format_metrics(registry_); }

  telemetry::Registry registry_;
  Recorder recorder_{kRows, registry_};
  UnreliableStore store_;
};

TEST_F(UsageRecorder, WritesWhatAllCellsCountedAsOneBatch) {
  auto& one = recorder_.add_cell();
  auto& two = recorder_.add_cell();
  one.record(kDay, "key_a", "m", {1, 0, 10, 20, 0, 0});
  one.record(kDay, "key_a", "m", {1, 1, 0, 0, 0, 1});
  two.record(kDay, "key_a", "m", {1, 0, 5, 5, 0, 0});
  two.record(kDay, "config:ci", "n", {1, 0, 0, 0, 4, 0});

  ASSERT_TRUE(recorder_.flush(store_, kNow));

  EXPECT_THAT(store_.rows(), ElementsAre(UsageRow{kDay, "config:ci", "n", {1, 0, 0, 0, 4, 0}},
                                         UsageRow{kDay, "key_a", "m", {3, 1, 15, 25, 0, 1}}));
  EXPECT_THAT(store_.numbers, ElementsAre(1));
}

TEST_F(UsageRecorder, WritesNothingWhenNothingWasCounted) {
  auto& cell = recorder_.add_cell();
  ASSERT_TRUE(recorder_.flush(store_, kNow));
  cell.record(kDay, "a", "m", calls(1));
  ASSERT_TRUE(recorder_.flush(store_, kNow));
  ASSERT_TRUE(recorder_.flush(store_, kNow));

  EXPECT_THAT(store_.numbers, SizeIs(1));
}

TEST_F(UsageRecorder, CountsUnderTheDayItIsTold) {
  auto& cell = recorder_.add_cell();
  cell.record(kDay - days(1), "a", "m", calls(1));
  cell.record(kDay, "a", "m", calls(2));
  ASSERT_TRUE(recorder_.flush(store_, kNow));

  EXPECT_THAT(store_.rows(), ElementsAre(UsageRow{kDay - days(1), "a", "m", calls(1)},
                                         UsageRow{kDay, "a", "m", calls(2)}));
}

TEST_F(UsageRecorder, AStoreThatFailsForAWhileLosesNothing) {
  auto& cell = recorder_.add_cell();
  store_.script = {Next::fails, Next::fails, Next::fails};
  for (int i = 0; i < 3; ++i) {
    cell.record(kDay, "a", "m", calls(1));
    const auto done = recorder_.flush(store_, kNow);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().detail, HasSubstr("disk full"));
  }
  EXPECT_THAT(store_.rows(), IsEmpty());
  EXPECT_THAT(metrics(), HasSubstr("weir_usage_flush_failures_total 3"));
  EXPECT_THAT(metrics(), HasSubstr("weir_usage_rows_pending 2"));

  ASSERT_TRUE(recorder_.flush(store_, kNow));

  EXPECT_THAT(store_.rows(), ElementsAre(UsageRow{kDay, "a", "m", calls(3)}));
  EXPECT_THAT(store_.numbers, ElementsAre(1, 1, 1, 1, 2)) << "what failed goes first, unchanged";
  EXPECT_THAT(metrics(), HasSubstr("weir_usage_rows_pending 0"));
}

TEST_F(UsageRecorder, ABatchThatFailedBehindItsCommitCountsOnce) {
  auto& cell = recorder_.add_cell();
  store_.script = {Next::fails_after_the_commit, Next::fails};
  cell.record(kDay, "a", "m", calls(1));
  ASSERT_FALSE(recorder_.flush(store_, kNow));
  cell.record(kDay, "a", "m", calls(10));
  ASSERT_FALSE(recorder_.flush(store_, kNow));

  ASSERT_TRUE(recorder_.flush(store_, kNow));

  EXPECT_THAT(store_.rows(), ElementsAre(UsageRow{kDay, "a", "m", calls(11)}));
}

TEST_F(UsageRecorder, TwoRecordersOfOneStoreAddUp) {
  telemetry::Registry other_registry;
  Recorder other(kRows, other_registry);
  recorder_.add_cell().record(kDay, "a", "m", calls(1));
  other.add_cell().record(kDay, "a", "m", calls(2));

  ASSERT_TRUE(recorder_.flush(store_, kNow));
  ASSERT_TRUE(other.flush(store_, kNow));

  EXPECT_THAT(store_.rows(), ElementsAre(UsageRow{kDay, "a", "m", calls(3)}));
}

TEST_F(UsageRecorder, WhileTheStoreIsDownRowsAreBoundedAndSumsStayExact) {
  constexpr int kKeys = 1'000;
  auto& cell = recorder_.add_cell();
  for (int i = 0; i < 10; ++i) {
    store_.script = {Next::fails};
    for (int key = 0; key < kKeys; ++key) {
      cell.record(kDay, fmt::format("key_{}", key), fmt::format("m{}", i), calls(1));
    }
    ASSERT_FALSE(recorder_.flush(store_, kNow));
  }
  EXPECT_THAT(metrics(), testing::Not(HasSubstr("weir_usage_requests_merged_total 0")));

  ASSERT_TRUE(recorder_.flush(store_, kNow));

  std::int64_t requests = 0;
  for (const UsageRow& row : store_.rows()) requests += row.counts.requests;
  EXPECT_EQ(requests, 10 * kKeys);
  // A batch and the rows behind it: kRows with a model, as many without, and one without a key.
  EXPECT_LE(store_.rows().size(), 2 * (2 * kRows + 1));
}

/// The counts recorded by the threads below, for comparison with the store.
struct Recorded {
  std::map<std::pair<std::string, std::string>, UsageCounts> sums;

  void add(const std::string& key, const std::string& model, const UsageCounts& counts) {
    sums[{key, model}].add(counts);
  }
};

void record_at_random(Recorder::Cell& cell, std::mt19937 random, Recorded& recorded) {
  constexpr int kRecords = 20'000;
  std::uniform_int_distribution<int> any(0, 9);
  for (int i = 0; i < kRecords; ++i) {
    const auto key = fmt::format("key_{}", any(random));
    const auto model = fmt::format("vendor/model-{}", any(random));
    const UsageCounts counts{1, any(random) == 0, any(random), any(random), any(random), 0};
    cell.record(kDay, key, model, counts);
    recorded.add(key, model, counts);
  }
}

TEST_F(UsageRecorder, ManyThreadsAndAnUnreliableStoreComeToTheExactSum) {
  constexpr int kThreads = 4;
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::vector<Recorded> recorded(kThreads);
  std::atomic<int> running = kThreads;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i, &cell = recorder_.add_cell()] {
      record_at_random(cell, std::mt19937(seed + i), recorded[i]);
      --running;
    });
  }
  std::mt19937 random(seed - 1);
  while (running > 0) {
    const auto next = std::uniform_int_distribution<int>(0, 3)(random);
    if (next == 1) store_.script = {Next::fails};
    if (next == 2) store_.script = {Next::fails_after_the_commit};
    [[maybe_unused]] const auto done = recorder_.flush(store_, kNow);
    store_.script.clear();
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(recorder_.flush(store_, kNow));

  Recorded expected;
  for (const Recorded& one : recorded) {
    for (const auto& [name, counts] : one.sums) expected.add(name.first, name.second, counts);
  }
  Recorded kept;
  for (const UsageRow& row : store_.rows()) kept.add(row.key_id, row.model, row.counts);
  EXPECT_EQ(kept.sums, expected.sums);
}

}  // namespace
}  // namespace weir::usage
