#include "simulator/script.hpp"

#include <gtest/gtest.h>

namespace weir::simulator {
namespace {

Steps count_to(int last) {
  for (int i = 1; i <= last; ++i) {
    Step step{std::chrono::milliseconds(i), std::to_string(i)};
    co_yield std::move(step);
  }
}

TEST(Steps, ComeOneAtATimeAndThenNothing) {
  Steps steps = count_to(2);
  EXPECT_EQ(steps.next()->bytes, "1");
  EXPECT_EQ(steps.next()->bytes, "2");
  EXPECT_FALSE(steps.next());
  EXPECT_FALSE(steps.next());
}

TEST(Steps, MayBeMovedAndDroppedHalfWay) {
  Steps steps = count_to(3);
  EXPECT_TRUE(steps.next());
  Steps moved = std::move(steps);
  EXPECT_EQ(moved.next()->bytes, "2");
  moved = count_to(1);
  EXPECT_EQ(moved.next()->bytes, "1");
}

TEST(Steps, OfNothingHaveNone) {
  Steps steps;
  EXPECT_FALSE(steps.next());
}

}  // namespace
}  // namespace weir::simulator
