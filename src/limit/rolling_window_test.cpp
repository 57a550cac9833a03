#include "limit/rolling_window.hpp"

#include <deque>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace weir::limit {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

MonotonicTime at(nanoseconds since_start) { return MonotonicTime(seconds(1000) + since_start); }

/// A new seed for each run; --gtest_random_seed repeats a failed one.
std::uint64_t test_seed() {
  const auto fixed = GTEST_FLAG_GET(random_seed);
  return fixed != 0 ? static_cast<std::uint64_t>(fixed) : 1 + std::random_device{}() % 99'999;
}

/// The definition of the limit: a log of every charge.
class TimestampLog {
 public:
  explicit TimestampLog(nanoseconds span) : span_(span) {}

  /// Sum of charges in (now - span, now]. Times never decrease.
  std::int64_t used(MonotonicTime now) {
    while (!log_.empty() && now - log_.front().time >= span_) {
      used_ -= log_.front().cost;
      log_.pop_front();
    }
    return used_;
  }
  void take(std::int64_t cost, MonotonicTime now) {
    log_.push_back({now, cost});
    used_ += cost;
  }

 private:
  struct Entry {
    MonotonicTime time;
    std::int64_t cost;
  };
  nanoseconds span_;
  std::deque<Entry> log_;
  std::int64_t used_ = 0;
};

/// Steps of every scale, so that bursts, steady flow and silences all occur.
nanoseconds random_step(std::mt19937_64& random, nanoseconds window) {
  const auto shift = std::uniform_int_distribution<int>(0, 34)(random);
  const auto step =
      std::uniform_int_distribution<std::int64_t>(0, std::int64_t{1} << shift)(random);
  return nanoseconds(step % (2 * window.count()));
}

TEST(RollingWindow, AdmitsTheLimitAndThenRefuses) {
  RollingWindow window(3, minutes(1));

  EXPECT_EQ(window.try_take(1, at(seconds(0))).remaining, 2);
  EXPECT_EQ(window.try_take(1, at(seconds(1))).remaining, 1);
  const Admission last = window.try_take(1, at(seconds(2)));
  EXPECT_TRUE(last.admitted);
  EXPECT_EQ(last.remaining, 0);
  EXPECT_EQ(last.reset, minutes(1));

  const Admission refused = window.try_take(1, at(seconds(3)));
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after, seconds(57));
  EXPECT_EQ(refused.reset, seconds(59));
}

TEST(RollingWindow, IsExactAtItsEdgeToTheNanosecond) {
  RollingWindow window(1, minutes(1));
  ASSERT_TRUE(window.try_take(1, at(seconds(0))).admitted);

  EXPECT_FALSE(window.try_take(1, at(minutes(1) - nanoseconds(1))).admitted);
  EXPECT_TRUE(window.try_take(1, at(minutes(1))).admitted);
}

TEST(RollingWindow, NeverAdmitsTwiceTheLimitAroundABoundary) {
  // The weakness of fixed windows: N at the end of one and N at the start of the next.
  for (milliseconds burst{0}; burst <= minutes(2); burst += milliseconds(997)) {
    for (milliseconds offset = minutes(1) - milliseconds(50);
         offset <= minutes(1) + milliseconds(50); offset += milliseconds(1)) {
      RollingWindow window(10, minutes(1));
      for (int i = 0; i < 10; ++i) ASSERT_TRUE(window.try_take(1, at(burst)).admitted);
      EXPECT_EQ(window.try_take(1, at(burst + offset)).admitted, offset >= minutes(1))
          << burst.count() << " ms + " << offset.count() << " ms";
    }
  }
}

TEST(RollingWindow, SweptInMillisecondsHoldsTheLimitInEveryWindow) {
  for (const std::int64_t limit : {1, 7, 100, 256, 257, 1000}) {
    RollingWindow window(limit, minutes(1));
    TimestampLog log(minutes(1));
    std::int64_t admitted = 0;
    for (milliseconds now{0}; now < minutes(3); now += milliseconds(1)) {
      if (!window.try_take(1, at(now)).admitted) continue;
      ++admitted;
      ASSERT_LT(log.used(at(now)), limit) << "limit " << limit << " at " << now.count() << " ms";
      log.take(1, at(now));
    }
    EXPECT_EQ(admitted, 3 * limit) << "limit " << limit;
  }
}

TEST(RollingWindow, SmallLimitsAgreeWithATimestampLogOnEveryStep) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::int64_t limit : {1, 2, 5, 60, 255, 256}) {
    RollingWindow window(limit, minutes(1));
    TimestampLog log(minutes(1));
    nanoseconds now{0};
    for (int step = 0; step < 200'000; ++step) {
      now += random_step(random, minutes(1));
      const auto cost = std::uniform_int_distribution<std::int64_t>(0, 1 + limit / 8)(random);
      const std::int64_t used = log.used(at(now));
      const Admission admission = window.try_take(cost, at(now));
      ASSERT_EQ(admission.admitted, used + cost <= limit) << "limit " << limit << " step " << step;
      ASSERT_EQ(admission.remaining, limit - used - (admission.admitted ? cost : 0));
      if (admission.admitted) log.take(cost, at(now));
    }
  }
}

TEST(RollingWindow, LargeLimitsAreNeverExceededAndHeldBackByAtMostHalfAPercent) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::int64_t limit : {257, 1'000, 1'000'000}) {
    for (const nanoseconds span : {nanoseconds(minutes(1)), nanoseconds(std::chrono::hours(24))}) {
      RollingWindow window(limit, span);
      TimestampLog log(span);
      TimestampLog longer_log(span + span / 200);
      nanoseconds now{0};
      for (int step = 0; step < 200'000; ++step) {
        now += random_step(random, span);
        const auto cost = std::uniform_int_distribution<std::int64_t>(1, 1 + limit / 100)(random);
        const bool must_refuse = log.used(at(now)) + cost > limit;
        const bool must_admit = longer_log.used(at(now)) + cost <= limit;
        const bool admitted = window.try_take(cost, at(now)).admitted;
        ASSERT_FALSE(admitted && must_refuse) << "limit " << limit << " step " << step;
        ASSERT_FALSE(!admitted && must_admit) << "limit " << limit << " step " << step;
        if (!admitted) continue;
        log.take(cost, at(now));
        longer_log.take(cost, at(now));
      }
    }
  }
}

TEST(RollingWindow, RefusalSaysExactlyWhenToComeBack) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::int64_t limit : {1, 10, 256, 5'000}) {
    RollingWindow window(limit, minutes(1));
    nanoseconds now{0};
    for (int step = 0; step < 50'000; ++step) {
      now += random_step(random, seconds(2));
      const auto cost = std::uniform_int_distribution<std::int64_t>(1, 1 + limit / 4)(random);
      const Admission admission = window.try_take(cost, at(now));
      if (admission.admitted || admission.retry_after == Admission::kNever) continue;
      if (step % 16 != 0) continue;  // the copies below are expensive
      RollingWindow early = window;
      RollingWindow on_time = window;
      ASSERT_FALSE(early.try_take(cost, at(now + admission.retry_after - nanoseconds(1))).admitted);
      ASSERT_TRUE(on_time.try_take(cost, at(now + admission.retry_after)).admitted);
    }
  }
}

TEST(RollingWindow, LimitChangedLiveKeepsWhatWasCounted) {
  RollingWindow window(10, minutes(1));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(window.try_take(1, at(seconds(i))).admitted);

  window.set_limit(12);
  EXPECT_EQ(window.try_take(1, at(seconds(10))).remaining, 1);
  window.set_limit(5);
  const Admission refused = window.try_take(1, at(seconds(11)));
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0);
  // Eleven are counted; once the seventh has expired, four are left.
  EXPECT_EQ(refused.retry_after, seconds(6) + minutes(1) - seconds(11));
}

TEST(RollingWindow, LimitsChangedAtRandomAreNeverExceeded) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  RollingWindow window(10, minutes(1));
  TimestampLog log(minutes(1));
  nanoseconds now{0};
  for (int step = 0; step < 500'000; ++step) {
    now += random_step(random, seconds(1));
    if (step % 200 == 0) {
      const auto bits = std::uniform_int_distribution<int>(0, 20)(random);
      window.set_limit(
          std::uniform_int_distribution<std::int64_t>(1, std::int64_t{1} << bits)(random));
    }
    if (!window.try_take(1, at(now)).admitted) continue;
    ASSERT_LT(log.used(at(now)), window.limit()) << "step " << step;
    log.take(1, at(now));
  }
}

TEST(RollingWindow, TimeGoingBackCountsAsStandingStill) {
  RollingWindow window(2, minutes(1));
  ASSERT_TRUE(window.try_take(1, at(seconds(100))).admitted);

  ASSERT_TRUE(window.try_take(1, at(seconds(10))).admitted);

  const Admission refused = window.try_take(1, at(seconds(71)));
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.retry_after, minutes(1));
}

TEST(RollingWindow, ZeroIsUnlimitedAndRemembersNothing) {
  RollingWindow window(0, minutes(1));
  for (int i = 0; i < 1000; ++i) {
    const Admission admission = window.try_take(1'000'000, at(seconds(0)));
    EXPECT_TRUE(admission.admitted);
    EXPECT_EQ(admission.remaining, Admission::kUnlimited);
  }
  EXPECT_TRUE(window.idle(at(seconds(0))));
}

TEST(RollingWindow, CostAboveTheLimitCanNeverBeTaken) {
  RollingWindow window(10, minutes(1));

  const Admission refused = window.try_take(11, at(seconds(0)));

  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.retry_after, Admission::kNever);
  EXPECT_EQ(refused.remaining, 10);
}

TEST(RollingWindow, WhatIsGivenBackCanBeTakenAgainAtOnce) {
  for (const std::int64_t limit : {100, 100'000}) {
    RollingWindow window(limit, minutes(1));
    ASSERT_TRUE(window.try_take(limit, at(seconds(0))).admitted);
    ASSERT_FALSE(window.try_take(1, at(seconds(10))).admitted);

    window.give_back(30, at(seconds(0)), at(seconds(10)));

    EXPECT_FALSE(window.try_take(31, at(seconds(10))).admitted);
    EXPECT_TRUE(window.try_take(30, at(seconds(10))).admitted);
    EXPECT_EQ(window.try_take(0, at(minutes(1) - nanoseconds(1))).remaining, 0);
    EXPECT_EQ(window.try_take(0, at(minutes(1))).remaining, limit - 30)
        << "the rest is where it was";
  }
}

TEST(RollingWindow, NothingIsGivenBackOfWhatNoLongerCounts) {
  for (const std::int64_t limit : {100, 100'000}) {
    RollingWindow window(limit, minutes(1));
    ASSERT_TRUE(window.try_take(limit, at(seconds(0))).admitted);
    ASSERT_TRUE(window.try_take(limit, at(minutes(1))).admitted);

    window.give_back(limit, at(seconds(0)), at(minutes(1)));

    EXPECT_EQ(window.try_take(1, at(minutes(1))).remaining, 0);
    EXPECT_EQ(window.try_take(1, at(minutes(2) - nanoseconds(1))).remaining, 0);
    window.give_back(limit, at(minutes(1)), at(minutes(2)));
    EXPECT_EQ(window.try_take(0, at(minutes(2))).remaining, limit);
  }
}

TEST(RollingWindow, ADebtDelaysWhatComesLater) {
  RollingWindow window(100, minutes(1));
  ASSERT_TRUE(window.try_take(60, at(seconds(0))).admitted);

  EXPECT_TRUE(window.charge(90, at(seconds(20))));

  const Admission refused = window.try_take(1, at(seconds(30)));
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after, seconds(30)) << "when the first 60 are gone";
  EXPECT_EQ(window.try_take(11, at(seconds(30))).retry_after, seconds(50)) << "when both are gone";
  EXPECT_FALSE(window.try_take(1, at(minutes(1) - nanoseconds(1))).admitted);
  EXPECT_TRUE(window.try_take(10, at(minutes(1))).admitted);
}

TEST(RollingWindow, ADebtAboveTheWholeLimitIsGoneAfterOneWindow) {
  RollingWindow window(100, minutes(1));
  EXPECT_TRUE(window.charge(1'000'000, at(seconds(0))));

  EXPECT_EQ(window.try_take(1, at(seconds(1))).retry_after, seconds(59));
  EXPECT_TRUE(window.try_take(100, at(minutes(1))).admitted);
}

TEST(RollingWindow, RemembersNeitherACostOfZeroNorAnyWhileUnlimited) {
  RollingWindow limited(10, minutes(1));
  RollingWindow unlimited(0, minutes(1));
  EXPECT_FALSE(limited.charge(0, at(seconds(0))));
  EXPECT_FALSE(unlimited.charge(5, at(seconds(0))));
  EXPECT_TRUE(limited.idle(at(seconds(0))));
  EXPECT_TRUE(unlimited.idle(at(seconds(0))));
}

TEST(RollingWindow, EmptyMarksDoNotMakeASmallLimitCoarse) {
  // A thousand charges are refunded; the remaining one must be unaffected, to the nanosecond.
  RollingWindow window(256, minutes(1));
  ASSERT_TRUE(window.try_take(1, at(nanoseconds(0))).admitted);
  for (int i = 1; i <= 1000; ++i) {
    ASSERT_TRUE(window.try_take(1, at(nanoseconds(i))).admitted);
    window.give_back(1, at(nanoseconds(i)), at(nanoseconds(i)));
  }
  const Admission one = window.try_take(0, at(seconds(1)));
  EXPECT_EQ(one.remaining, 255);
  EXPECT_EQ(one.reset, seconds(59)) << "empty marks count for nothing";
  EXPECT_EQ(window.try_take(256, at(seconds(1))).retry_after, seconds(59));
  EXPECT_TRUE(window.try_take(256, at(minutes(1))).admitted);
}

TEST(RollingWindow, DebtsThatFillItAreMergedAndCountTooLongNeverTooShort) {
  RollingWindow window(256, minutes(1));
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(window.charge(1, at(milliseconds(i))));
  ASSERT_TRUE(window.charge(1, at(milliseconds(300)))) << "there is no mark left for it";
  ASSERT_TRUE(window.charge(1, at(milliseconds(300))));

  EXPECT_EQ(window.look(1, at(milliseconds(300))).retry_after, minutes(1) - milliseconds(298));
  EXPECT_FALSE(window.idle(at(minutes(1) + milliseconds(299))));
  EXPECT_TRUE(window.idle(at(minutes(1) + milliseconds(300))));
}

TEST(RollingWindow, WithAllGivenBackItIsIdle) {
  RollingWindow window(10, minutes(1));
  ASSERT_TRUE(window.try_take(3, at(seconds(0))).admitted);
  EXPECT_FALSE(window.idle(at(seconds(1))));
  window.give_back(3, at(seconds(0)), at(seconds(1)));
  EXPECT_TRUE(window.idle(at(seconds(1))));
  EXPECT_EQ(window.try_take(0, at(seconds(1))).reset, seconds(0));
}

/// Charges, refunds and debts at random, compared with the log.
void settle_at_random(std::int64_t limit, nanoseconds slack, std::mt19937_64& random) {
  struct Taken {
    nanoseconds time;
    std::int64_t cost;
    bool settled = false;
  };
  const nanoseconds span = minutes(1);
  RollingWindow window(limit, span);
  std::deque<Taken> log;
  nanoseconds now{0};
  const auto used = [&](nanoseconds length) {
    std::int64_t sum = 0;
    for (const Taken& taken : log) {
      if (now - taken.time < length) sum += taken.cost;
    }
    return sum;
  };
  for (int step = 0; step < 30'000; ++step) {
    now += random_step(random, seconds(4));
    while (!log.empty() && now - log.front().time >= 2 * span) log.pop_front();
    const auto cost = std::uniform_int_distribution<std::int64_t>(1, 1 + limit / 8)(random);
    const bool admitted = window.try_take(cost, at(now)).admitted;
    ASSERT_FALSE(admitted && used(span) + cost > limit) << "limit " << limit << " step " << step;
    ASSERT_FALSE(!admitted && used(span + slack) + cost <= limit)
        << "limit " << limit << " step " << step;
    if (admitted) log.push_back({now, cost});
    if (log.empty()) continue;
    Taken& taken = log[std::uniform_int_distribution<std::size_t>(0, log.size() - 1)(random)];
    if (std::exchange(taken.settled, true)) continue;
    const auto actual = std::uniform_int_distribution<std::int64_t>(0, taken.cost + 1)(random);
    if (actual <= taken.cost) {
      window.give_back(taken.cost - actual, at(taken.time), at(now));
      if (now - taken.time < span) taken.cost = actual;
    } else {
      window.charge(actual - taken.cost, at(now));
      log.push_back({now, actual - taken.cost, true});
    }
  }
}

TEST(RollingWindow, SettledAtRandomItAgreesWithALogOfEverything) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::int64_t limit : {1, 5, 60, 128}) settle_at_random(limit, nanoseconds(0), random);
  for (const std::int64_t limit : {257, 5'000, 1'000'000}) {
    settle_at_random(limit, nanoseconds(minutes(1)) / 200, random);
  }
}

TEST(RollingWindow, IsIdleOnceTheWholeWindowHasPassed) {
  RollingWindow window(10, minutes(1));
  EXPECT_TRUE(window.idle(at(seconds(0))));
  ASSERT_TRUE(window.try_take(1, at(seconds(5))).admitted);

  EXPECT_FALSE(window.idle(at(seconds(64))));
  EXPECT_TRUE(window.idle(at(seconds(65))));
}

}  // namespace
}  // namespace weir::limit
