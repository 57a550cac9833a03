#include "net/fair_queue.hpp"

#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "net/task_group.hpp"

namespace weir::net {
namespace {

namespace asio = boost::asio;

class TurnsTest : public testing::Test {
 protected:
  ~TurnsTest() override { context_.run(); }

  void take_places(std::size_t count) {
    for (; count > 0; --count) places_.emplace_back(queue_);
  }
  Task<> wait_and_note(int who) {
    co_await queue_.wait();
    order_.push_back(who);
  }
  Task<> wait_twice() {
    co_await queue_.wait();
    co_await wait_and_note(0);
  }
  void spawn_waiting(int count) {
    for (int i = 0; i < count; ++i) tasks_.spawn("waiting", wait_and_note(i));
  }
  /// Runs until the next turn is over; returns how many coroutines shared it.
  std::size_t run_one_turn() {
    const auto before = order_.size();
    while (order_.size() == before && context_.run_one() > 0) {
    }
    return order_.size() - before;
  }

  asio::io_context context_;
  FairQueue queue_{context_.get_executor()};
  TaskGroup tasks_{context_.get_executor()};
  std::vector<FairQueue::Ticket> places_;
  std::vector<int> order_;
};

TEST_F(TurnsTest, NobodyNeedsToWaitBeforeItIsCrowded) {
  take_places(FairQueue::kMaxConcurrent - 1);
  EXPECT_FALSE(queue_.crowded());
  take_places(1);
  EXPECT_TRUE(queue_.crowded());
  auto moved = std::move(places_.back());
  EXPECT_TRUE(queue_.crowded());
  moved.give_up();
  EXPECT_FALSE(queue_.crowded());
  moved.give_up();
  places_.clear();
  take_places(FairQueue::kMaxConcurrent - 1);
  EXPECT_FALSE(queue_.crowded());
}

TEST_F(TurnsTest, WhoComesFirstIsServedFirst) {
  constexpr int kMany = 300;
  spawn_waiting(kMany);
  context_.run();
  ASSERT_EQ(order_.size(), kMany);
  for (int i = 0; i < kMany; ++i) EXPECT_EQ(order_[static_cast<std::size_t>(i)], i);
  EXPECT_FALSE(queue_.crowded());
}

TEST_F(TurnsTest, AFewHaveTheirTurnAtOnceWhateverIsUnderWay) {
  take_places(FairQueue::kMaxConcurrent + 10);
  spawn_waiting(100);
  EXPECT_EQ(run_one_turn(), FairQueue::kAtLeast);
  EXPECT_EQ(run_one_turn(), FairQueue::kAtLeast);
}

TEST_F(TurnsTest, AsManyHaveTheirTurnAsThereIsRoomFor) {
  take_places(FairQueue::kMaxConcurrent - 20);
  spawn_waiting(100);
  EXPECT_EQ(run_one_turn(), 20);
}

TEST_F(TurnsTest, WhatHasComeIsHeardBetweenTwoTurns) {
  take_places(FairQueue::kMaxConcurrent);
  spawn_waiting(100);
  run_one_turn();
  std::size_t heard_after = 0;
  asio::post(context_, [&] { heard_after = order_.size(); });
  context_.run();
  EXPECT_LE(heard_after, 2 * FairQueue::kAtLeast);
}

TEST_F(TurnsTest, WhoHasAwaitedHisTurnCanWaitAgain) {
  tasks_.spawn("waiting", wait_twice());
  context_.run();
  EXPECT_EQ(order_.size(), 1);
}

}  // namespace
}  // namespace weir::net
