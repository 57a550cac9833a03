#include "base/spares.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

struct Thing {
  explicit Thing(int& made) { ++made; }
  void reset() { text = 0; }
  int text = 0;
};

TEST(Spares, LendsWhatWasGivenBackLast) {
  Spares<Thing> spares(2);
  int made = 0;
  auto first = spares.lend(made);
  auto second = spares.lend(made);
  EXPECT_EQ(made, 2);
  const auto* one = first.get();
  const auto* two = second.get();
  first->text = second->text = 7;
  second.reset();
  first.reset();
  EXPECT_EQ(spares.lend(made).get(), one);
  first = spares.lend(made);
  second = spares.lend(made);
  EXPECT_EQ(first.get(), one);
  EXPECT_EQ(second.get(), two);
  EXPECT_EQ(first->text + second->text, 0) << "as if it were new";
  EXPECT_EQ(made, 2);
}

TEST(Spares, KeepsNoMoreThanItWasTold) {
  Spares<Thing> spares(1);
  int made = 0;
  {
    const auto first = spares.lend(made);
    const auto second = spares.lend(made);
  }
  const auto first = spares.lend(made);
  EXPECT_EQ(made, 2);
  const auto second = spares.lend(made);
  EXPECT_EQ(made, 3);
}

}  // namespace
}  // namespace weir
