// Limits under irregular clocks: jumps, standstill and restart.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "limit/rolling_window.hpp"

namespace weir::limit {
namespace {

using namespace std::chrono_literals;

constexpr auto kWindow = std::chrono::minutes(1);

MonotonicTime at(std::chrono::nanoseconds since_start) {
  return MonotonicTime(1000s + since_start);
}

// LiteLLM 24677: usage of one window was carried over into the next, so that a client within its
// limit was refused.
TEST(LimitClock, LiteLlm24677NothingOfAnEarlierWindowIsCarriedOver) {
  constexpr std::int64_t kLimit = 5;
  for (auto used_at = 0ms; used_at <= kWindow; used_at += 977ms) {
    RollingWindow window(kLimit, kWindow);
    for (std::int64_t i = 0; i < kLimit; ++i) {
      ASSERT_TRUE(window.try_take(1, at(used_at)).admitted);
    }
    // Every millisecond around the expiry: refused before it, fully available after it.
    const auto end = used_at + kWindow;
    for (auto now = end - 50ms; now < end; now += 1ms) {
      ASSERT_FALSE(window.try_take(1, at(now)).admitted) << now.count() << " ms";
    }
    for (std::int64_t i = 0; i < kLimit; ++i) {
      const auto now = end + std::chrono::milliseconds(i);
      const Admission admission = window.try_take(1, at(now));
      ASSERT_TRUE(admission.admitted) << now.count() << " ms";
      ASSERT_EQ(admission.remaining, kLimit - 1 - i);
    }
  }
}

// LiteLLM 3788: twice the limit was admitted around the boundary of two windows.
TEST(LimitClock, LiteLlm3788NoMinuteWhereverItBeginsHasMoreThanTheLimit) {
  constexpr std::int64_t kLimit = 10;
  RollingWindow window(kLimit, kWindow);
  std::vector<std::chrono::milliseconds> taken;
  // Only around full minutes, where a fixed window would restart.
  for (int minute = 1; minute <= 5; ++minute) {
    for (auto now = minute * 60'000ms - 200ms; now < minute * 60'000ms + 200ms; now += 1ms) {
      if (window.try_take(1, at(now)).admitted) taken.push_back(now);
    }
  }
  for (std::size_t i = kLimit; i < taken.size(); ++i) {
    ASSERT_GE(taken[i] - taken[i - kLimit], kWindow);
  }
  EXPECT_GE(taken.size(), 4 * kLimit);
}

// The monotonic clock stands still while the machine sleeps; at worst a limit then holds longer.
TEST(LimitClock, AClockThatStoodStillAdmitsNothingMore) {
  RollingWindow window(3, kWindow);
  std::int64_t admitted = 0;
  for (int i = 0; i < 1'000; ++i) admitted += window.try_take(1, at(0s)).admitted ? 1 : 0;
  EXPECT_EQ(admitted, 3);
}

TEST(LimitClock, AJumpAheadAdmitsTheLimitOnceAndNotMore) {
  RollingWindow window(3, kWindow);
  for (const auto jump : {0h, 1h, 24h, 24h * 365 * 50}) {
    std::int64_t admitted = 0;
    for (int i = 0; i < 10; ++i) admitted += window.try_take(1, at(jump)).admitted ? 1 : 0;
    EXPECT_EQ(admitted, 3);
  }
}

/// The largest time seen so far counts: not even a monotonic clock that jumped would admit more.
TEST(LimitClock, JumpsBackAndForthNeverExceedTheLimit) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::int64_t kLimit = 20;
  for (int run = 0; run < 50; ++run) {
    RollingWindow window(kLimit, kWindow);
    std::vector<std::chrono::milliseconds> taken;
    auto latest = 0ms;
    for (int step = 0; step < 2'000; ++step) {
      const auto jump = std::uniform_int_distribution<std::int64_t>(-600'000, 600'000)(random);
      const bool jumps = std::uniform_int_distribution<int>(0, 9)(random) == 0;
      const auto now = std::max(latest + (jumps ? jump * 1ms : 100ms), 0ms);
      latest = std::max(latest, now);
      if (window.try_take(1, at(now)).admitted) taken.push_back(latest);
    }
    for (std::size_t i = kLimit; i < taken.size(); ++i) {
      ASSERT_GE(taken[i] - taken[i - kLimit], kWindow);
    }
  }
}

// Counts are kept in memory (docs/operating.md): after a restart exactly one whole limit is
// available.
TEST(LimitClock, ARestartBeginsAnewWithOneWholeLimit) {
  for (int start = 0; start < 3; ++start) {
    RollingWindow window(7, kWindow);
    std::int64_t admitted = 0;
    for (int i = 0; i < 100; ++i) admitted += window.try_take(1, at(start * 1s)).admitted ? 1 : 0;
    EXPECT_EQ(admitted, 7);
  }
}

}  // namespace
}  // namespace weir::limit
