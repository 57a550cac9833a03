#include "upstream/slots.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

using Place = Slots::Place;

class CountingWaiter final : public Slots::Waiter {
 public:
  void granted() noexcept override { grants_.fetch_add(1, std::memory_order_acq_rel); }
  [[nodiscard]] int grants() const { return grants_.load(std::memory_order_acquire); }

 private:
  std::atomic<int> grants_{0};
};

void take_all(Slots& slots, int count) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(slots.try_take());
}

TEST(Slots, AreTakenUpToTheLimitAndAgainWhenGivenBack) {
  Slots slots(2, 0);
  take_all(slots, 2);
  EXPECT_FALSE(slots.try_take());
  EXPECT_EQ(slots.in_flight(), 2);

  slots.release();
  EXPECT_TRUE(slots.try_take());
}

TEST(Slots, AreFullWhileOneCannotBeTaken) {
  Slots slots(1, 1);
  EXPECT_FALSE(slots.is_full());
  take_all(slots, 1);
  EXPECT_TRUE(slots.is_full());

  CountingWaiter waiter;
  ASSERT_EQ(slots.enqueue(waiter), Place::queued);
  slots.release();
  EXPECT_TRUE(slots.is_full()) << "the slot is the waiter's";
  slots.release();
  EXPECT_FALSE(slots.is_full());

  slots.configure(0, 1);
  take_all(slots, 3);
  EXPECT_FALSE(slots.is_full()) << "without a limit it never is";
  for (int i = 0; i < 3; ++i) slots.release();
}

TEST(Slots, AreCountedWithoutALimitToo) {
  Slots slots(0, 0);
  take_all(slots, 1'000);
  EXPECT_EQ(slots.in_flight(), 1'000);
  for (int i = 0; i < 1'000; ++i) slots.release();
  EXPECT_EQ(slots.in_flight(), 0);
}

TEST(Slots, GoToWhoHasWaitedLongest) {
  Slots slots(1, 8);
  std::array<CountingWaiter, 3> waiters;
  take_all(slots, 1);
  for (auto& waiter : waiters) ASSERT_EQ(slots.enqueue(waiter), Place::queued);
  EXPECT_EQ(slots.waiting(), 3);
  EXPECT_EQ(slots.demand(), 4);

  for (std::size_t served = 0; served < waiters.size(); ++served) {
    slots.release();
    for (std::size_t i = 0; i < waiters.size(); ++i) {
      EXPECT_EQ(waiters[i].grants(), i <= served ? 1 : 0) << served << " " << i;
    }
    EXPECT_EQ(slots.in_flight(), 1);
  }
  EXPECT_EQ(slots.waiting(), 0);
}

TEST(Slots, AreNotTakenPastThoseWhoWait) {
  Slots slots(1, 8);
  CountingWaiter waiter;
  CountingWaiter later;
  take_all(slots, 1);
  ASSERT_EQ(slots.enqueue(waiter), Place::queued);

  EXPECT_FALSE(slots.try_take());
  slots.release();
  EXPECT_FALSE(slots.try_take());
  EXPECT_EQ(waiter.grants(), 1);

  slots.release();
  EXPECT_EQ(slots.enqueue(later), Place::taken);
  EXPECT_EQ(later.grants(), 0);
}

TEST(Slots, RefuseAtOnceWhoFindsTheQueueFull) {
  Slots slots(1, 1);
  CountingWaiter first;
  CountingWaiter second;
  take_all(slots, 1);
  EXPECT_EQ(slots.enqueue(first), Place::queued);
  EXPECT_EQ(slots.enqueue(second), Place::refused);

  EXPECT_TRUE(slots.leave(first));
  EXPECT_EQ(slots.enqueue(second), Place::queued);
  EXPECT_TRUE(slots.leave(second));
}

TEST(Slots, PassOverWhoHasLeft) {
  Slots slots(1, 8);
  std::array<CountingWaiter, 3> waiters;
  take_all(slots, 1);
  for (auto& waiter : waiters) ASSERT_EQ(slots.enqueue(waiter), Place::queued);

  EXPECT_TRUE(slots.leave(waiters[0]));
  EXPECT_FALSE(slots.leave(waiters[0]));
  slots.release();
  EXPECT_EQ(waiters[0].grants(), 0);
  EXPECT_EQ(waiters[1].grants(), 1);
  EXPECT_FALSE(slots.leave(waiters[1])) << "the slot was this waiter's already";
  EXPECT_TRUE(slots.leave(waiters[2]));
}

TEST(Slots, AHigherLimitLetsWaitersInAtOnce) {
  Slots slots(1, 8);
  std::array<CountingWaiter, 4> waiters;
  take_all(slots, 1);
  for (auto& waiter : waiters) ASSERT_EQ(slots.enqueue(waiter), Place::queued);

  slots.configure(3, 8);
  EXPECT_EQ(slots.in_flight(), 3);
  EXPECT_EQ(waiters[1].grants(), 1);
  EXPECT_EQ(waiters[2].grants(), 0);

  slots.configure(0, 8);
  EXPECT_EQ(slots.in_flight(), 5);
  EXPECT_EQ(slots.waiting(), 0);
}

TEST(Slots, ALowerLimitTakesNothingBackAndHoldsFromThenOn) {
  Slots slots(3, 8);
  CountingWaiter waiter;
  take_all(slots, 3);
  slots.configure(1, 8);
  ASSERT_EQ(slots.enqueue(waiter), Place::queued);

  slots.release();
  slots.release();
  EXPECT_EQ(waiter.grants(), 0);
  EXPECT_EQ(slots.in_flight(), 1);
  slots.release();
  EXPECT_EQ(waiter.grants(), 1);
  EXPECT_EQ(slots.in_flight(), 1);
}

/// Threads that take, wait, leave and release at random, with the invariants checked meanwhile.
class Crowd {
 public:
  Crowd(int limit, int queue) : limit_(limit), slots_(limit, queue) {}

  Slots& slots() { return slots_; }
  [[nodiscard]] int most() const { return most_.load(); }
  [[nodiscard]] std::int64_t served() const { return served_.load(); }

  void run(int threads, int rounds) {
    std::vector<std::thread> crowd;
    for (int i = 0; i < threads; ++i) {
      crowd.emplace_back([this, i, rounds] {
        std::mt19937 random(static_cast<std::uint32_t>(i));
        for (int round = 0; round < rounds; ++round) call(random);
      });
    }
    for (auto& thread : crowd) thread.join();
  }

 private:
  void call(std::mt19937& random) {
    if (!slots_.try_take() && !wait(random)) return;
    const int now = calls_.fetch_add(1) + 1;
    if (limit_ > 0) EXPECT_LE(now, limit_);
    int most = most_.load();
    while (most < now && !most_.compare_exchange_weak(most, now)) {
    }
    served_.fetch_add(1);
    std::this_thread::yield();
    calls_.fetch_sub(1);
    slots_.release();
  }

  bool wait(std::mt19937& random) {
    CountingWaiter waiter;
    const Place place = slots_.enqueue(waiter);
    if (place != Place::queued) return place == Place::taken;
    // A few leave the queue at a random moment, possibly just as the slot is granted.
    int patience = random() % 4 == 0 ? static_cast<int>(random() % 50) : -1;
    while (waiter.grants() == 0) {
      if (patience-- == 0 && slots_.leave(waiter)) return false;
      std::this_thread::yield();
    }
    return true;
  }

  int limit_;
  Slots slots_;
  std::atomic<int> calls_{0};
  std::atomic<int> most_{0};
  std::atomic<std::int64_t> served_{0};
};

TEST(Slots, ManyThreadsNeverExceedTheLimitAndLoseNoSlot) {
  for (const int limit : {1, 3, 8}) {
    for (const int queue : {0, 2, 64}) {
      Crowd crowd(limit, queue);
      crowd.run(12, 250);
      EXPECT_EQ(crowd.slots().in_flight(), 0);
      EXPECT_EQ(crowd.slots().waiting(), 0);
      EXPECT_LE(crowd.most(), limit);
      EXPECT_GT(crowd.served(), 0);
    }
  }
}

TEST(Slots, WithRoomInTheQueueEveryThreadIsServedOrLeaves) {
  Crowd crowd(2, 64);
  crowd.run(8, 1'000);
  EXPECT_GE(crowd.served(), 8 * 1'000 / 2) << "three in four never give up";
}

TEST(Slots, LimitsChangedWhileThreadsWaitStrandNobody) {
  Crowd crowd(0, 64);
  std::atomic<bool> done = false;
  std::thread changer([&] {
    for (int i = 0; !done; ++i) {
      crowd.slots().configure(i % 5, 64);
      std::this_thread::yield();
    }
    crowd.slots().configure(1, 64);
  });
  crowd.run(8, 2'000);
  done = true;
  changer.join();
  EXPECT_EQ(crowd.slots().in_flight(), 0);
  EXPECT_EQ(crowd.slots().waiting(), 0);
}

}  // namespace
}  // namespace weir::upstream
