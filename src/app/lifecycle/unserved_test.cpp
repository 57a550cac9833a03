#include "app/lifecycle/unserved.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MonotonicTime at(int seconds) { return MonotonicTime{} + std::chrono::seconds(seconds); }

TEST(UnservedModels, AreKnownByUpstreamUntilTheirTimeIsOver) {
  UnservedModels unserved;
  EXPECT_TRUE(unserved.add("a", "m", at(10)));
  EXPECT_TRUE(unserved.add("a", "n", at(20)));
  EXPECT_TRUE(unserved.add("b", "m", at(10)));
  EXPECT_FALSE(unserved.add("b", "m", at(30)));
  EXPECT_THAT(unserved.of("a"), ElementsAre("m", "n"));
  EXPECT_THAT(unserved.of(""), IsEmpty());

  unserved.add("c", "m", at(10));
  unserved.forget("c", "m");
  EXPECT_THAT(unserved.of("c"), IsEmpty());

  EXPECT_FALSE(unserved.expire(at(9)));
  EXPECT_TRUE(unserved.expire(at(10)));
  EXPECT_THAT(unserved.of("a"), ElementsAre("n"));
  EXPECT_THAT(unserved.of("b"), ElementsAre("m"));
  unserved.clear();
  EXPECT_TRUE(unserved.empty());
}

}  // namespace
}  // namespace weir::app
