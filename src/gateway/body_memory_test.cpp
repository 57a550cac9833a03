#include "gateway/body_memory.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "gateway/held_bytes.hpp"

namespace weir::gateway {
namespace {

constexpr std::int64_t kMost = 100;

struct Waiter final : BodyMemory::Waiter {
  explicit Waiter(std::int64_t bytes, bool has_begun = false)
      : BodyMemory::Waiter({.bytes = bytes, .most = kMost, .has_begun = has_begun}) {}
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
