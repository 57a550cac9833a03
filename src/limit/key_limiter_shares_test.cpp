#include <gtest/gtest.h>

#include "limit/key_limiter.hpp"

namespace weir::limit {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonotonicTime kNow{std::chrono::hours(1)};
constexpr auto kRequests = Dimension::requests_per_minute;

class SharedKey : public testing::Test {
 protected:
  SharedKey() {
    Limits limits;
    limits.requests_per_minute = 10;
    limiter_ = std::make_shared<KeyLimiter>(limits, std::vector<ModelLimits>{}, Spans{}, nullptr,
                                            "key", &lease_);
    lease_.hold_until(kNow + minutes(10));
  }
  void give(std::int64_t usable) {
    limiter_->set_share({}, kRequests, usable, MonotonicTime::min());
  }
  auto call(MonotonicTime now = kNow) { return limiter_->try_reserve("m", {}, now); }

  ShareLease lease_;
  std::shared_ptr<KeyLimiter> limiter_;
};

TEST_F(SharedKey, AdmitsItsShareOfTheLimitAndNoMore) {
  give(2);
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  const auto refused = call();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().lacks_share);
  EXPECT_EQ(limiter_->lacking(kNow).at(0).lacking, 1);
  EXPECT_TRUE(call(kNow + minutes(1)));
}

TEST_F(SharedKey, AShareIsNeverLoweredBelowWhatIsUsed) {
  give(5);
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  EXPECT_EQ(limiter_->lower_share({}, kRequests, 5, 0, kNow), 2);
  EXPECT_FALSE(call());
  EXPECT_EQ(limiter_->lower_share({}, kRequests, 2, 0, kNow + minutes(1)), 0);
}

TEST_F(SharedKey, ADebtIsKeptWhole) {
  give(0);
  lease_.set_open(true);
  EXPECT_TRUE(call());
  lease_.set_open(false);
  EXPECT_EQ(limiter_->lower_share({}, kRequests, 0, 0, kNow), 1);
}

TEST_F(SharedKey, AnEndedLeaseAdmitsNothing) {
  give(10);
  EXPECT_TRUE(call());
  lease_.hold_until(kNow + seconds(1));
  EXPECT_TRUE(call());
  const auto refused = call(kNow + seconds(1));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().lacks_share);
}

TEST_F(SharedKey, AShortageThatATradeDidNotEndIsARefusal) {
  limiter_->set_share({}, kRequests, 0, kNow + seconds(1));
  EXPECT_FALSE(call().error().lacks_share);
  EXPECT_TRUE(call(kNow + seconds(1)).error().lacks_share);
}

TEST_F(SharedKey, AListRequestTakesFromTheShare) {
  give(1);
  EXPECT_TRUE(limiter_->try_take_request(kNow));
  EXPECT_TRUE(limiter_->try_take_request(kNow).error().lacks_share);
}

TEST_F(SharedKey, WhatWasOfferedIsTakenOnce) {
  give(1);
  EXPECT_TRUE(call());
  EXPECT_FALSE(call());
  const auto taken = limiter_->take_shared({}, kRequests, kNow);
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, (SharedLimit{{}, kRequests, 10, 1, 1, 2}));
  EXPECT_EQ(limiter_->take_shared({}, kRequests, kNow)->offered, 0);
  EXPECT_FALSE(limiter_->take_shared({}, Dimension::tokens_per_day, kNow));
  EXPECT_FALSE(limiter_->take_shared("unknown", kRequests, kNow));
}

}  // namespace
}  // namespace weir::limit
