#include "shares/agent.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "shares/pool_store.hpp"

namespace weir::shares {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Nodes beside one store, over a network without faults.
class Nodes : public testing::Test {
 protected:
  struct Node {
    Node(Nodes& all, const AgentSettings& settings, std::int64_t limit)
        : agent(settings, lease, [&all] { return fmt::format("n{}", ++all.names); }) {
      limit::Limits limits;
      limits.requests_per_minute = limit;
      limiter = std::make_shared<limit::KeyLimiter>(limits, std::vector<limit::ModelLimits>{},
                                                    limit::Spans{}, nullptr, "key", &lease);
    }
    limit::ShareLease lease;
    std::shared_ptr<limit::KeyLimiter> limiter;
    Agent agent;
  };

  std::unique_ptr<Node> make(std::int64_t limit, WhenAway away = WhenAway::share) {
    auto node = std::make_unique<Node>(*this, AgentSettings{.when_away = away}, limit);
    run(*node);
    return node;
  }
  // Sends what is due until nothing is.
  void run(Node& node) {
    for (int i = 0; i < 100; ++i) {
      const auto command = node.agent.next(now);
      if (!command) return;
      ++trips;
      node.agent.on_reply(store.handle(*command), now);
    }
    FAIL() << "the agent never rests";
  }
  bool call(Node& node) {
    auto reserved = node.limiter->try_reserve("m", {}, now);
    if (!reserved && reserved.error().lacks_share) {
      node.agent.need(node.limiter);
      run(node);
      reserved = node.limiter->try_reserve("m", {}, now);
    }
    return reserved.has_value();
  }
  int calls(Node& node, int count) {
    int admitted = 0;
    for (int i = 0; i < count; ++i) admitted += call(node) ? 1 : 0;
    return admitted;
  }
  void pass(milliseconds time, std::initializer_list<Node*> nodes) {
    for (const auto end = now + time; now < end;) {
      now += milliseconds(100);
      for (auto* node : nodes) run(*node);
    }
  }

  MonotonicTime now{std::chrono::hours(1)};
  PoolStore store{"run"};
  int names = 0;
  int trips = 0;
};

TEST_F(Nodes, TwoNodesNeverAdmitMoreThanTheLimitTogether) {
  const auto a = make(10);
  const auto b = make(10);
  pass(seconds(3), {a.get(), b.get()});
  EXPECT_EQ(calls(*a, 7) + calls(*b, 7), 10);
  pass(seconds(50), {a.get(), b.get()});
  EXPECT_EQ(calls(*a, 3) + calls(*b, 3), 0);
  pass(seconds(11), {a.get(), b.get()});
  EXPECT_EQ(calls(*b, 12), 10);
}

TEST_F(Nodes, ABusyKeyNeedsNoTripForMostCalls) {
  const auto a = make(6'000);
  pass(seconds(3), {a.get()});
  EXPECT_TRUE(call(*a));
  pass(milliseconds(100), {a.get()});
  trips = 0;
  EXPECT_EQ(calls(*a, 500), 500);
  EXPECT_EQ(trips, 0);
}

TEST_F(Nodes, UnitsThatANodeKeepsInReserveGoToOneThatNeedsThem) {
  const auto a = make(600);
  const auto b = make(600);
  pass(seconds(3), {a.get(), b.get()});
  EXPECT_TRUE(call(*a));
  int admitted = 1;
  for (int i = 0; i < 30; ++i) {
    admitted += calls(*b, 40);
    pass(milliseconds(200), {a.get(), b.get()});
  }
  EXPECT_EQ(admitted, 600);
}

TEST_F(Nodes, WithoutTheStoreTheShareInHandGoesOn) {
  const auto a = make(600);
  pass(seconds(3), {a.get()});
  EXPECT_EQ(calls(*a, 100), 100);
  for (int i = 0; i < 10; ++i) {
    a->agent.on_lost(now);
    a->agent.on_away(now);
    now += seconds(9);
    EXPECT_TRUE(a->limiter->try_reserve("m", {}, now));
  }
}

TEST_F(Nodes, ClosedRefusesWhenTheLeaseHasEnded) {
  const auto a = make(600, WhenAway::closed);
  pass(seconds(3), {a.get()});
  EXPECT_TRUE(call(*a));
  a->agent.on_lost(now);
  a->agent.on_away(now);
  EXPECT_TRUE(a->limiter->try_reserve("m", {}, now));
  now += seconds(11);
  const auto refused = a->limiter->try_reserve("m", {}, now);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().lacks_share);
}

TEST_F(Nodes, OpenAdmitsTheWholeLimitAtEachNodeUntilTheStoreIsBack) {
  const auto a = make(10, WhenAway::open);
  a->agent.on_lost(now);
  a->agent.on_away(now);
  EXPECT_EQ(calls(*a, 20), 10);
  run(*a);
  pass(seconds(3), {a.get()});
  EXPECT_FALSE(call(*a));
}

TEST_F(Nodes, TheUnitsOfADeadNodeReturnAfterItsLeaseAndAWindow) {
  const auto a = make(10);
  auto b = make(10);
  pass(seconds(3), {a.get(), b.get()});
  EXPECT_EQ(calls(*b, 10), 10);
  b.reset();
  pass(seconds(65), {a.get()});
  EXPECT_EQ(calls(*a, 1), 0);
  pass(seconds(10), {a.get()});
  EXPECT_EQ(calls(*a, 20), 10);
}

TEST_F(Nodes, ANodeThatLeavesIsInheritedAtOnce) {
  const auto a = make(10);
  const auto b = make(10);
  pass(seconds(3), {a.get(), b.get()});
  EXPECT_EQ(calls(*b, 4), 4);
  b->agent.leave(now);
  run(*b);
  EXPECT_TRUE(b->agent.has_left());
  EXPECT_FALSE(b->limiter->try_reserve("m", {}, now));
  EXPECT_EQ(calls(*a, 10), 6);
  pass(seconds(62), {a.get()});
  EXPECT_EQ(calls(*a, 10), 10);
}

TEST_F(Nodes, APausedNodeFindsOutThatItWasBuriedBeforeItAdmitsAnything) {
  const auto a = make(10);
  const auto b = make(10);
  pass(seconds(3), {a.get(), b.get()});
  EXPECT_EQ(calls(*b, 5), 5);
  pass(seconds(80), {a.get()});
  EXPECT_EQ(calls(*a, 10), 10);
  EXPECT_FALSE(call(*b));
}

TEST_F(Nodes, AnEmptiedStoreWaitsForWhatWasSpent) {
  const auto a = make(10);
  pass(seconds(3), {a.get()});
  EXPECT_EQ(calls(*a, 4), 4);
  store = PoolStore("run2");
  EXPECT_FALSE(call(*a));
  pass(seconds(30), {a.get()});
  store = PoolStore("run3");
  pass(seconds(40), {a.get()});
  EXPECT_EQ(calls(*a, 10), 0);
  pass(seconds(62), {a.get()});
  EXPECT_EQ(calls(*a, 20), 10);
}

}  // namespace
}  // namespace weir::shares
