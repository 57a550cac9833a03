#include "base/object_pool.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

struct Thing {
  explicit Thing(int& made) { ++made; }
  void reset() { text = 0; }
  int text = 0;
};

TEST(ObjectPool, LendsWhatWasGivenBackLast) {
  ObjectPool<Thing> pool(2);
  int made = 0;
  auto first = pool.lend(made);
  auto second = pool.lend(made);
  EXPECT_EQ(made, 2);
  const auto* one = first.get();
  const auto* two = second.get();
  first->text = second->text = 7;
  second.reset();
  first.reset();
  EXPECT_EQ(pool.lend(made).get(), one);
  first = pool.lend(made);
  second = pool.lend(made);
  EXPECT_EQ(first.get(), one);
  EXPECT_EQ(second.get(), two);
  EXPECT_EQ(first->text + second->text, 0) << "as if it were new";
  EXPECT_EQ(made, 2);
}

TEST(ObjectPool, KeepsNoMoreThanItWasTold) {
  ObjectPool<Thing> pool(1);
  int made = 0;
  {
    const auto first = pool.lend(made);
    const auto second = pool.lend(made);
  }
  const auto first = pool.lend(made);
  EXPECT_EQ(made, 2);
  const auto second = pool.lend(made);
  EXPECT_EQ(made, 3);
}

}  // namespace
}  // namespace weir
