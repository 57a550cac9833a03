#include "limit/journaled_window.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "limit/key_limiter.hpp"
#include "limit/table_memory_for_test.hpp"

namespace weir::limit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr WindowName kName = 4242;

class Journaled : public testing::Test {
 protected:
  [[nodiscard]] JournaledWindow window(std::int64_t limit, nanoseconds span = minutes(1)) const {
    return {limit, span, KeptAs{&memory_.table(), kName}};
  }
  [[nodiscard]] MonotonicTime at(nanoseconds after) const { return start_ + after; }
  /// The limiter of the key in its next process.
  [[nodiscard]] std::shared_ptr<KeyLimiter> limiter(const Limits& limits,
                                                    std::vector<ModelLimits> of_models = {}) const {
    return std::make_shared<KeyLimiter>(limits, std::move(of_models), Spans{}, &memory_.table(),
                                        "key_a");
  }

  TableMemory memory_{WindowTable::kHeaderBytes + 4096 * sizeof(WindowSlot)};
  const MonotonicTime start_ = memory_.now().monotonic;
};

TEST_F(Journaled, ARestartForgetsNothing) {
  {
    auto one = window(10, hours(24));
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(one.look(1, at(seconds(i))).admitted);
      one.charge(1, at(seconds(i)));
    }
  }
  memory_.restart(hours(12));
  auto next = window(10, hours(24));
  EXPECT_FALSE(next.look(1, at(hours(12))).admitted);
  EXPECT_FALSE(next.look(1, at(hours(23))).admitted);
  EXPECT_TRUE(next.look(1, at(hours(25))).admitted);
}

TEST_F(Journaled, ARefundReachesTheFileToo) {
  auto one = window(100);
  ASSERT_TRUE(one.look(80, at(seconds(0))).admitted);
  one.charge(80, at(seconds(0)));
  one.give_back(50, at(seconds(0)), at(seconds(5)));
  EXPECT_EQ(one.look(0, at(seconds(5))).remaining, 70);
  EXPECT_EQ(window(100).look(0, at(seconds(6))).remaining, 70);
}

TEST_F(Journaled, ARefundOfAChargeBeforeARestoreFindsIt) {
  auto one = window(1000);
  auto other = window(1000);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(one.look(10, at(seconds(i))).admitted);
    one.charge(10, at(seconds(i)));
    // Each reads the other's charges, so that both were restored many times.
    ASSERT_TRUE(other.look(10, at(seconds(i))).admitted);
    other.charge(10, at(seconds(i)));
  }
  for (int i = 0; i < 20; ++i) one.give_back(10, at(seconds(i)), at(seconds(20)));
  EXPECT_EQ(one.look(0, at(seconds(20))).remaining, 800);
  EXPECT_EQ(other.look(0, at(seconds(20))).remaining, 800);
}

TEST_F(Journaled, WithoutAnotherProcessItIsExact) {
  auto one = window(1);
  ASSERT_TRUE(one.look(1, at(seconds(0))).admitted);
  one.charge(1, at(seconds(0)));
  EXPECT_EQ(one.look(1, at(seconds(1))).retry_after, seconds(59));
  EXPECT_TRUE(one.look(1, at(seconds(60))).admitted);
}

TEST_F(Journaled, TwoProcessesShareTheLimit) {
  auto one = window(10);
  auto other = window(10);
  int admitted = 0;
  for (int i = 0; i < 20; ++i) {
    auto& next = i % 3 == 0 ? one : other;
    if (!next.look(1, at(seconds(1))).admitted) continue;
    next.charge(1, at(seconds(1)));
    ASSERT_FALSE(next.was_overtaken());
    ++admitted;
  }
  EXPECT_EQ(admitted, 10);
}

TEST_F(Journaled, TheLaterOfTwoThatLookedAtOnceLearnsIt) {
  auto one = window(1);
  auto other = window(1);
  ASSERT_TRUE(one.look(1, at(seconds(0))).admitted);
  ASSERT_TRUE(other.look(1, at(seconds(0))).admitted);
  one.charge(1, at(seconds(0)));
  EXPECT_FALSE(one.was_overtaken());
  other.charge(1, at(seconds(0)));
  EXPECT_TRUE(other.was_overtaken());
  other.give_back(1, at(seconds(0)), at(seconds(0)));
  EXPECT_FALSE(one.look(1, at(seconds(1))).admitted);
  EXPECT_FALSE(other.look(1, at(seconds(1))).admitted);
}

TEST_F(Journaled, AFullTableLimitsInMemory) {
  TableMemory small;
  for (WindowName name = 2;; ++name) {
    const auto time = small.table().time_at(start_);
    const auto slot = small.table().find_or_make(name, time, hours(24));
    if (!slot) break;
    ASSERT_TRUE(slot.charge(1, time, WindowSlot::width_of(hours(24))));
  }
  JournaledWindow one(2, minutes(1), {&small.table(), kName});
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(one.look(1, at(seconds(0))).admitted);
    one.charge(1, at(seconds(0)));
  }
  EXPECT_FALSE(one.look(1, at(seconds(30))).admitted);
  EXPECT_TRUE(one.look(1, at(seconds(61))).admitted);
}

// As the signal handler leaves a page of a file that was cut.
TEST_F(Journaled, ALostPageForgivesNothing) {
  auto one = window(10);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(one.look(1, at(seconds(i))).admitted);
    one.charge(1, at(seconds(i)));
  }
  const auto slots = memory_.bytes().subspan(WindowTable::kHeaderBytes);
  std::ranges::fill(slots, std::byte{0});
  EXPECT_FALSE(one.look(1, at(seconds(20))).admitted);
  EXPECT_FALSE(window(10).look(1, at(seconds(20))).admitted) << "it was written again";
}

TEST_F(Journaled, AKeyAndItsModelsAreKept) {
  const Limits per_day{.tokens_per_day = 1000};
  const std::vector<ModelLimits> of_models{{"lab/*", {.requests_per_day = 2}}};
  {
    const auto before = limiter(per_day, of_models);
    auto first = before->try_reserve("lab/chat", {400, 0}, start_);
    ASSERT_TRUE(first);
    first->settle({300, 0}, at(seconds(1)));
    // In flight when the process is killed: what was reserved stays counted.
    auto second = before->try_reserve("lab/chat", {500, 0}, at(seconds(2)));
    ASSERT_TRUE(second);
    memory_.restart(seconds(10));
    const auto after = limiter(per_day, of_models);
    const auto third = after->try_reserve("lab/chat", {1, 0}, at(seconds(10)));
    ASSERT_FALSE(third);
    EXPECT_TRUE(third.error().of_model);
    EXPECT_FALSE(after->try_reserve("other", {201, 0}, at(seconds(10))));
    EXPECT_TRUE(after->try_reserve("other", {200, 0}, at(seconds(10))));
  }
}

// Two processes with a thread each, and a limit that both would like to use up alone.
TEST_F(Journaled, ProcessesThatChargeAtOnceNeverAdmitMoreThanTheLimit) {
  constexpr std::int64_t kLimit = 500;
  for (int round = 0; round < 20; ++round) {
    TableMemory memory;
    std::atomic<std::int64_t> admitted = 0;
    std::atomic<bool> go = false;
    const auto process = [&] {
      const auto one = std::make_shared<KeyLimiter>(
          Limits{.requests_per_minute = kLimit, .tokens_per_day = 3 * kLimit},
          std::vector<ModelLimits>{}, Spans{}, &memory.table(), "key_a");
      while (!go.load()) {
      }
      for (int i = 0; i < 600; ++i) {
        auto reserved = one->try_reserve("m", {3, 0}, start_ + nanoseconds(i));
        if (reserved) ++admitted;
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back(process);
    go = true;
    for (auto& thread : threads) thread.join();
    EXPECT_LE(admitted, kLimit);
    EXPECT_GE(admitted, kLimit - 16) << "what was taken back is there for others";
  }
}

}  // namespace
}  // namespace weir::limit
