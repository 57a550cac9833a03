#include "gateway/body_memory.hpp"

#include <atomic>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "gateway/held_bytes.hpp"

namespace weir::gateway {
namespace {

constexpr std::int64_t kMost = 100;

struct Waiter final : BodyMemory::Waiter {
  explicit Waiter(std::int64_t bytes, bool has_begun = false, std::int64_t kept = 0)
      : BodyMemory::Waiter({.bytes = bytes, .most = kMost, .has_begun = has_begun, .kept = kept}) {}
  void granted() noexcept override { is_granted = true; }
  bool is_granted = false;
};

class BodyMemoryTest : public testing::Test {
 protected:
  BodyMemory memory_;
  HeldBytes first_{memory_, kMost};
  std::optional<HeldBytes> second_{std::in_place, memory_, kMost};
};

TEST_F(BodyMemoryTest, APromiseIsKeptForItsBody) {
  ASSERT_TRUE(first_.try_promise(60));
  EXPECT_FALSE(second_->try_promise(60));
  EXPECT_TRUE(second_->try_promise(40));
  EXPECT_EQ(memory_.held(), 0);
  EXPECT_TRUE(first_.add(60));
  EXPECT_TRUE(second_->add(40));
  EXPECT_EQ(memory_.held(), kMost);
}

TEST_F(BodyMemoryTest, HeldBytesAreNoLongerPromised) {
  ASSERT_TRUE(first_.try_promise(60));
  ASSERT_TRUE(first_.add(60));
  first_.release(60);
  EXPECT_TRUE(second_->try_promise(kMost));
}

TEST_F(BodyMemoryTest, APromiseRefusesNobody) {
  ASSERT_TRUE(first_.try_promise(kMost));
  EXPECT_TRUE(second_->has_room(kMost));
  EXPECT_TRUE(second_->add(kMost));
  EXPECT_FALSE(first_.add(1));
}

TEST_F(BodyMemoryTest, WaitingBodiesGetMemoryInTheirOrder) {
  ASSERT_TRUE(second_->add(90));
  Waiter large(80);
  Waiter small(20);
  EXPECT_FALSE(memory_.enqueue(large));
  EXPECT_FALSE(memory_.enqueue(small));
  second_->release(50);
  EXPECT_FALSE(large.is_granted);
  EXPECT_FALSE(small.is_granted) << "the large one came first";
  EXPECT_FALSE(first_.try_promise(1)) << "nor does a newcomer overtake it";
  second_.reset();
  EXPECT_TRUE(large.is_granted);
  EXPECT_TRUE(small.is_granted);
  EXPECT_FALSE(memory_.leave(large));
  EXPECT_FALSE(first_.try_promise(1)) << "both were promised all there is";
  memory_.end_promise(kMost);
  EXPECT_TRUE(first_.try_promise(kMost));
}

TEST_F(BodyMemoryTest, ABodyThatHasBegunGoesFirst) {
  ASSERT_TRUE(second_->add(90));
  Waiter fresh(30);
  Waiter begun(30, true);
  EXPECT_FALSE(memory_.enqueue(fresh));
  EXPECT_FALSE(memory_.enqueue(begun));
  second_->release(30);
  EXPECT_TRUE(begun.is_granted);
  EXPECT_FALSE(fresh.is_granted);
  EXPECT_EQ(memory_.held(), 90);
  memory_.release(30);
  EXPECT_TRUE(fresh.is_granted);
}

TEST_F(BodyMemoryTest, ItIsStuckWhenAllThatHoldItWaitForMore) {
  ASSERT_TRUE(first_.add(50));
  ASSERT_TRUE(second_->add(40));
  Waiter one(20, true, 50);
  Waiter other(20, true, 40);
  EXPECT_FALSE(memory_.enqueue(one));
  EXPECT_FALSE(memory_.is_stuck()) << "the other may end";
  EXPECT_FALSE(memory_.enqueue(other));
  EXPECT_TRUE(memory_.is_stuck());
  EXPECT_TRUE(memory_.leave(other));
  EXPECT_FALSE(memory_.is_stuck());
  second_.reset();
  EXPECT_TRUE(one.is_granted);
  memory_.release(20);
}

TEST_F(BodyMemoryTest, ItIsStuckThoughOneThatDoesNotWaitHoldsALittle) {
  HeldBytes idle(memory_, kMost);
  ASSERT_TRUE(idle.add(1));
  ASSERT_TRUE(first_.add(50));
  ASSERT_TRUE(second_->add(45));
  Waiter one(20, true, 50);
  Waiter other(20, true, 45);
  EXPECT_FALSE(memory_.enqueue(one));
  EXPECT_FALSE(memory_.enqueue(other));
  EXPECT_TRUE(memory_.is_stuck()) << "its release would help neither";
  EXPECT_TRUE(memory_.leave(other));
  EXPECT_FALSE(memory_.is_stuck());
  EXPECT_TRUE(memory_.leave(one));
}

TEST_F(BodyMemoryTest, ItIsNotStuckWhileOneOfThoseThatWaitMayEnd) {
  ASSERT_TRUE(first_.add(50));
  ASSERT_TRUE(second_->add(45));
  HeldBytes idle(memory_, kMost);
  ASSERT_TRUE(idle.add(5));
  Waiter large(20, true, 50);
  Waiter small(5, true, 45);
  EXPECT_FALSE(memory_.enqueue(large));
  EXPECT_FALSE(memory_.enqueue(small));
  EXPECT_FALSE(memory_.is_stuck());
  idle.release(5);
  EXPECT_TRUE(small.is_granted) << "though the large one came first";
  EXPECT_FALSE(large.is_granted);
  EXPECT_FALSE(memory_.is_stuck()) << "the other may end";
  memory_.release(5);
  second_.reset();
  EXPECT_TRUE(large.is_granted);
  memory_.release(20);
}

TEST_F(BodyMemoryTest, ABodyThatHasBegunDoesNotQueueForWhatIsFree) {
  ASSERT_TRUE(second_->add(90));
  Waiter large(20, true);
  Waiter small(10, true);
  EXPECT_FALSE(memory_.enqueue(large));
  EXPECT_TRUE(memory_.enqueue(small));
  EXPECT_EQ(memory_.held(), kMost);
  EXPECT_TRUE(memory_.leave(large));
  memory_.release(10);
}

TEST_F(BodyMemoryTest, OneBodyInAStepBeginsBesideUnusedPromises) {
  constexpr std::chrono::seconds kStep(10);
  const MonotonicTime now{std::chrono::hours(1)};
  ASSERT_TRUE(second_->try_promise(kMost));
  ASSERT_TRUE(second_->add(10));
  Waiter large(91);
  Waiter one(60);
  Waiter other(60);
  EXPECT_FALSE(memory_.enqueue(large));
  EXPECT_FALSE(memory_.enqueue(one));
  EXPECT_FALSE(memory_.enqueue(other));
  EXPECT_FALSE(memory_.try_begin(large, now, kStep)) << "more is held than leaves it room";
  EXPECT_FALSE(memory_.try_begin(one, now, kStep)) << "it is not the first";
  EXPECT_TRUE(memory_.leave(large));
  EXPECT_TRUE(memory_.try_begin(one, now, kStep));
  EXPECT_FALSE(one.is_granted);
  EXPECT_FALSE(memory_.leave(one)) << "its need is met";
  EXPECT_FALSE(memory_.try_begin(other, now, kStep));
  EXPECT_FALSE(memory_.try_begin(other, now + kStep / 2, kStep));
  second_.reset();
  EXPECT_FALSE(other.is_granted) << "what the first began with is promised to it";
  EXPECT_TRUE(memory_.try_begin(other, now + kStep, kStep));
  memory_.end_promise(120);
  EXPECT_TRUE(first_.try_promise(kMost));
}

TEST_F(BodyMemoryTest, WhatDoesNotFitRefusesNobody) {
  std::atomic<bool> is_over = false;
  std::jthread refused([&] {
    while (!is_over) {
      if (memory_.hold(kMost + 1, kMost)) break;
    }
  });
  int failed = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (memory_.hold(kMost, kMost)) {
      memory_.release(kMost);
    } else {
      ++failed;
    }
  }
  is_over = true;
  EXPECT_EQ(failed, 0);
}

TEST_F(BodyMemoryTest, SpareMemoryIsTakenBesideAPromiseAndNotFromIt) {
  ASSERT_TRUE(first_.try_promise(60));
  EXPECT_FALSE(first_.add_unpromised(50)) << "there would be no room for what was promised";
  EXPECT_TRUE(first_.add_unpromised(30));
  EXPECT_FALSE(second_->try_promise(20));
  EXPECT_TRUE(second_->try_promise(10));
  EXPECT_TRUE(first_.add(60));
  EXPECT_TRUE(second_->add(10));
  EXPECT_EQ(memory_.held(), kMost);
}

TEST_F(BodyMemoryTest, AnotherMayTakeOverWhatIsHeld) {
  ASSERT_TRUE(second_->add(kMost));
  first_.take_over(*second_);
  second_.reset();
  EXPECT_EQ(first_.size(), kMost);
  EXPECT_EQ(memory_.held(), kMost);
}

TEST_F(BodyMemoryTest, ThreadsThatHoldAndWaitNeverPassTheBound) {
  std::atomic<bool> is_over = false;
  std::atomic<bool> has_passed = false;
  // Each counts what was granted to it; together they must stay within the bound.
  std::atomic<std::int64_t> granted = 0;
  const auto take = [&](std::int64_t bytes) {
    if (granted.fetch_add(bytes) + bytes > kMost) has_passed = true;
    granted.fetch_sub(bytes);
    memory_.release(bytes);
  };
  std::jthread holder([&] {
    while (!is_over) {
      if (memory_.hold(60, kMost)) take(60);
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    Waiter waiter(60, true);
    if (memory_.enqueue(waiter) || !memory_.leave(waiter)) take(60);
  }
  is_over = true;
  holder.join();
  EXPECT_FALSE(has_passed);
  EXPECT_EQ(memory_.held(), 0);
}

TEST_F(BodyMemoryTest, OneThatLeavesMakesWayForTheNext) {
  ASSERT_TRUE(second_->add(50));
  Waiter large(80);
  Waiter small(20);
  EXPECT_FALSE(memory_.enqueue(large));
  EXPECT_FALSE(memory_.enqueue(small));
  EXPECT_TRUE(memory_.leave(large));
  EXPECT_FALSE(large.is_granted);
  EXPECT_TRUE(small.is_granted);
}

TEST_F(BodyMemoryTest, TheEndOfABodyEndsItsPromise) {
  ASSERT_TRUE(second_->try_promise(kMost));
  Waiter waiter(10);
  EXPECT_FALSE(memory_.enqueue(waiter));
  second_.reset();
  EXPECT_TRUE(waiter.is_granted);
}

TEST(BodyMemory, TheBoundIsTheSettingOrTheDefaultWithRoomForABody) {
  BodyMemory memory;
  memory.set_default(1'000);
  upstream::Settings settings;
  settings.max_body_bytes = 500;
  EXPECT_EQ(memory.bound(settings), 1'000);
  settings.max_body_bytes = 2'000;
  EXPECT_EQ(memory.bound(settings), 2'000);
  settings.buffer_bytes = 3'000;
  EXPECT_EQ(memory.bound(settings), 3'000);
}

}  // namespace
}  // namespace weir::gateway
