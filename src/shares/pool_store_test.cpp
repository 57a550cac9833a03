#include "shares/pool_store.hpp"

#include <gtest/gtest.h>

namespace weir::shares {
namespace {

using std::chrono::milliseconds;

class Store : public testing::Test {
 protected:
  void join(const std::string& node, const std::string& last = {}) {
    const auto reply = store_.handle(Join{node, last, node + ".1", {}});
    generation_ = std::get<Joined>(reply).generation;
  }
  void beat_and_release(const std::string& node) {
    const auto beaten = std::get<Beaten>(store_.handle(Beat{generation_, node, ++beats_}));
    if (beaten.hold.serial == 0) return;
    (void)store_.handle(Release{generation_, node, beaten.hold.serial});
  }
  Holding trade(const std::string& node, std::uint64_t seq, std::int64_t have, std::int64_t need,
                const std::string& heir_of = {}) {
    Trade one{.pool = "p",
              .seq = seq,
              .limit = 10,
              .have = have,
              .need = need,
              .want = need,
              .heir_of = heir_of};
    const auto reply = store_.handle(TradeMany{generation_, node, {one}});
    EXPECT_TRUE(store_.is_conserved());
    return std::get<Traded>(reply).holdings.at(0);
  }
  Rejection rejection(const Command& command) {
    return std::get<Rejection>(store_.handle(command));
  }

  PoolStore store_{"run"};
  std::string generation_;
  std::uint64_t beats_ = 0;
};

TEST_F(Store, GivesNoMoreThanTheLimitToAllNodesTogether) {
  join("a");
  beat_and_release("a");
  join("b");
  EXPECT_EQ(trade("a", 1, 0, 7).share, 7);
  EXPECT_EQ(trade("b", 1, 0, 7).share, 3);
  EXPECT_EQ(trade("a", 2, 2, 2).free, 5);
  EXPECT_EQ(trade("b", 2, 3, 7).share, 7);
}

TEST_F(Store, ADebtIsRepaidBeforeAnyoneGetsMore) {
  join("a");
  beat_and_release("a");
  EXPECT_EQ(trade("a", 1, 15, 15).free, -5);
  EXPECT_EQ(trade("a", 2, 11, 12).share, 11);
  EXPECT_EQ(trade("a", 3, 4, 5).share, 5);
}

TEST_F(Store, ARepeatedTradeChangesNothing) {
  join("a");
  beat_and_release("a");
  EXPECT_EQ(trade("a", 2, 0, 7).share, 7);
  EXPECT_EQ(trade("a", 2, 0, 9).share, 7);
  EXPECT_EQ(trade("a", 1, 0, 9).seq, 2U);
}

TEST_F(Store, AnEmptyStoreGrantsNothingUntilItsHoldWasMeasured) {
  join("a");
  EXPECT_EQ(trade("a", 1, 0, 1).share, 0);
  beat_and_release("a");
  EXPECT_EQ(trade("a", 2, 0, 1).share, 1);
}

TEST_F(Store, AnotherRunGrantsNothingUntilEveryNodeHasDeclared) {
  join("a");
  beat_and_release("a");
  join("b");
  (void)trade("a", 1, 0, 2);
  (void)trade("b", 1, 0, 2);
  const auto before = generation_;
  store_.set_run("other");
  join("a", before);
  EXPECT_EQ(rejection(Beat{before, "b", 9}), Rejection::other_generation);
  (void)store_.handle(Declare{generation_, "a"});
  EXPECT_EQ(trade("a", 2, 2, 3).share, 2);
  join("b", before);
  EXPECT_EQ(trade("b", 2, 2, 2).share, 2);
  (void)store_.handle(Declare{generation_, "b"});
  EXPECT_EQ(trade("a", 3, 2, 3).share, 3);
}

TEST_F(Store, ABuriedNodeIsToldSoAndLeavesItsUnitsToOneHeir) {
  join("a");
  beat_and_release("a");
  join("b");
  join("c");
  (void)trade("b", 1, 0, 6);
  EXPECT_TRUE(std::get<Buried>(store_.handle(Bury{generation_, "a", "b", 7})).legacies.empty());
  const auto buried = std::get<Buried>(store_.handle(Bury{generation_, "a", "b", 0}));
  ASSERT_EQ(buried.legacies.size(), 1U);
  EXPECT_EQ(buried.legacies[0].units, 6);
  EXPECT_EQ(rejection(Beat{generation_, "b", 1}), Rejection::buried);
  EXPECT_EQ(rejection(Join{"b", generation_, "b.2", {}}), Rejection::buried);
  EXPECT_TRUE(std::get<Buried>(store_.handle(Bury{generation_, "c", "b", 0})).legacies.empty());
  // Until the heir says that it has them, they are not free, and once is enough.
  EXPECT_EQ(trade("c", 1, 0, 10).share, 4);
  EXPECT_EQ(trade("a", 1, 6, 6, "b").free, 0);
  EXPECT_EQ(trade("a", 2, 6, 6, "b").free, 0);
  EXPECT_EQ(trade("a", 3, 0, 0).free, 6);
}

TEST_F(Store, NamesThePoolsInWhichCallsWait) {
  join("a");
  beat_and_release("a");
  join("b");
  (void)trade("a", 1, 0, 10);
  (void)trade("b", 1, 0, 1);
  const auto looked = std::get<Traded>(store_.handle(TradeMany{generation_, "a", {}}));
  EXPECT_EQ(looked.hungry, std::vector<std::string>{"p"});
  (void)trade("a", 2, 9, 9);
  EXPECT_TRUE(std::get<Traded>(store_.handle(TradeMany{generation_, "a", {}})).hungry.empty());
}

}  // namespace
}  // namespace weir::shares
