#include "limit/rate_limiter.hpp"

#include <barrier>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace weir::limit {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int kThreads = 64;

/// Runs `body(thread)` in kThreads threads, all let go at once.
template <class Body>
void together(Body body) {
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(RateLimiter, SixtyFourThreadsTakeExactlyTheLimit) {
  for (const std::int64_t limit : {1, 100, 256, 1000}) {
    RateLimiter limiter(limit);
    std::atomic<std::int64_t> admitted = 0;
    together([&](int) {
      for (int i = 0; i < 200; ++i) {
        if (limiter.try_take(1, MonotonicTime(seconds(1))).admitted) ++admitted;
      }
    });
    EXPECT_EQ(admitted, limit);
  }
}

TEST(RateLimiter, ClocksThatDisagreeBetweenThreadsNeverAdmitOneTooMany) {
  RateLimiter limiter(50);
  std::atomic<std::int64_t> admitted = 0;
  together([&](int thread) {
    for (int i = 0; i < 100; ++i) {
      // All within one window, each thread at its own pace.
      const auto now = MonotonicTime(seconds(100) + nanoseconds(thread * 7919 + i * 104'729));
      if (limiter.try_take(1, now).admitted) ++admitted;
    }
  });
  EXPECT_EQ(admitted, 50);
}

TEST(RateLimiter, LimitChangedWhileInUseKeepsWhatWasCounted) {
  RateLimiter limiter(100);
  std::atomic<std::int64_t> admitted = 0;
  together([&](int thread) {
    for (int i = 0; i < 100; ++i) {
      if (thread == 0) limiter.set_limit(i % 2 == 0 ? 200 : 100);
      if (limiter.try_take(1, MonotonicTime(seconds(1))).admitted) ++admitted;
    }
  });
  EXPECT_GE(admitted, 100);
  EXPECT_LE(admitted, 200);
  EXPECT_EQ(limiter.limit(), 100);
  EXPECT_FALSE(limiter.idle(MonotonicTime(seconds(1))));
  EXPECT_TRUE(limiter.idle(MonotonicTime(seconds(1) + minutes(1))));
}

TEST(RateLimiter, ZeroIsUnlimited) {
  RateLimiter limiter(0);
  EXPECT_TRUE(limiter.try_take(1, MonotonicTime()).admitted);
  limiter.set_limit(1);
  EXPECT_TRUE(limiter.try_take(1, MonotonicTime()).admitted);
  EXPECT_FALSE(limiter.try_take(1, MonotonicTime()).admitted);
}

}  // namespace
}  // namespace weir::limit
