#include "http/listener_plan.hpp"

#include <set>

#include <gmock/gmock.h>

namespace weir::http {
namespace {

using testing::ElementsAre;

TEST(ListenerPlan, AsManySocketsAsThreadsAreOneEach) {
  EXPECT_THAT(plan_listeners(3, 3), ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(ListenerPlan, FewerThreadsTakeSeveralSocketsEach) {
  EXPECT_THAT(plan_listeners(5, 2), ElementsAre(ElementsAre(0, 2, 4), ElementsAre(1, 3)));
}

TEST(ListenerPlan, FewerSocketsAreShared) {
  EXPECT_THAT(plan_listeners(1, 3), ElementsAre(ElementsAre(0), ElementsAre(0), ElementsAre(0)));
  EXPECT_THAT(plan_listeners(2, 3), ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(0)));
}

TEST(ListenerPlan, NoSocketIsLeftAloneAndNoThreadIdle) {
  for (std::size_t sockets = 1; sockets <= 20; ++sockets) {
    for (std::size_t threads = 1; threads <= 20; ++threads) {
      const auto plan = plan_listeners(sockets, threads);
      std::set<std::size_t> served;
      ASSERT_EQ(plan.size(), threads);
      for (const auto& thread : plan) {
        EXPECT_FALSE(thread.empty());
        served.insert(thread.begin(), thread.end());
      }
      EXPECT_EQ(served.size(), sockets) << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace weir::http
