#include "net/deadline.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::net {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kNow{1h};

struct Told final : Deadline {
  explicit Told(DeadlineSweeper& sweeper) : Deadline(sweeper) {}
  void on_expired() override {
    ++times;
    if (then) then();
  }

  int times = 0;
  std::function<void()> then;
};

TEST(Deadline, IsToldOnceWhenItsTimeHasCome) {
  DeadlineSweeper sweeper;
  Told told(sweeper);
  sweeper.sweep(kNow);
  EXPECT_EQ(told.times, 0);
  told.arm(kNow + 1s);
  sweeper.sweep(kNow);
  EXPECT_FALSE(told.expired());
  for (int i = 0; i < 2; ++i) {
    sweeper.sweep(kNow + 1s);
    EXPECT_EQ(told.times, 1);
    EXPECT_TRUE(told.expired());
  }
  told.arm_for_next_sweep();
  EXPECT_FALSE(told.expired());
  sweeper.sweep(kNow);
  EXPECT_EQ(told.times, 2);
}

TEST(Deadline, IsNotToldOnceDisarmed) {
  DeadlineSweeper sweeper;
  Told told(sweeper);
  told.arm(kNow);
  told.disarm();
  sweeper.sweep(kNow);
  EXPECT_EQ(told.times, 0);
}

TEST(Deadline, WhoLeavesTakesNobodyElseWithHim) {
  for (std::size_t leaves = 0; leaves < 3; ++leaves) {
    DeadlineSweeper sweeper;
    std::vector<std::unique_ptr<Told>> all;
    for (int i = 0; i < 3; ++i) {
      all.push_back(std::make_unique<Told>(sweeper));
      all.back()->arm(kNow + i * 1s);
    }
    all[leaves].reset();
    for (std::size_t i = 0; i < 3; ++i) {
      sweeper.sweep(kNow + i * 1s);
      for (std::size_t other = 0; other < 3; ++other) {
        if (all[other]) EXPECT_EQ(all[other]->times, other <= i ? 1 : 0) << leaves << other;
      }
    }
  }
}

TEST(Deadline, MayEndOthersAndBeginNewOnesWhenItIsTold) {
  for (std::size_t first = 0; first < 4; ++first) {
    DeadlineSweeper sweeper;
    std::vector<std::unique_ptr<Told>> all;
    for (int i = 0; i < 4; ++i) {
      all.push_back(std::make_unique<Told>(sweeper));
      all.back()->arm(kNow);
    }
    std::optional<Told> fresh;
    all[first]->then = [&] {
      for (std::size_t i = 0; i < 4; ++i) {
        if (i != first) all[i].reset();
      }
      fresh.emplace(sweeper);
      fresh->arm_for_next_sweep();
    };
    sweeper.sweep(kNow);
    EXPECT_EQ(all[first]->times, 1);
    sweeper.sweep(kNow);
    EXPECT_EQ(all[first]->times, 1);
    EXPECT_EQ(fresh->times, 1);
  }
}

TEST(Deadline, CanOutliveItsSweeper) {
  auto sweeper = std::make_unique<DeadlineSweeper>();
  Told told(*sweeper);
  told.arm(kNow);
  sweeper.reset();
  told.arm_for_next_sweep();
  told.disarm();
  EXPECT_EQ(told.times, 0);
}

}  // namespace
}  // namespace weir::net
