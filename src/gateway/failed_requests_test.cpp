#include "gateway/failed_requests.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using catalogue::Endpoint;
using upstream::Evidence;

constexpr MonotonicTime kNow{1h};
constexpr std::uint64_t kRequest = 77;

class FailedRequestsTest : public testing::Test {
 protected:
  static std::shared_ptr<upstream::Health> make_route() {
    return std::make_shared<upstream::Health>(upstream::BreakerSettings{});
  }
  bool fail(std::uint64_t request, upstream::Health& route, MonotonicTime now = kNow) {
    const bool is_at_fault = requests_.add(request, route, now);
    route.report(*route.try_admit(now), is_at_fault ? Evidence::none : Evidence::bad, now);
    return is_at_fault;
  }

  FailedRequests requests_;
  std::shared_ptr<upstream::Health> one_ = make_route();
  std::shared_ptr<upstream::Health> two_ = make_route();
};

TEST_F(FailedRequestsTest, OneThatFailsAtTwoRoutesIsAtFaultFromThenOn) {
  EXPECT_FALSE(fail(kRequest, *one_));
  EXPECT_TRUE(one_->in_doubt(kNow));
  EXPECT_TRUE(fail(kRequest, *two_));
  EXPECT_FALSE(one_->in_doubt(kNow)) << "it is forgiven";
  EXPECT_FALSE(two_->in_doubt(kNow));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(fail(kRequest, *one_));
  EXPECT_TRUE(one_->admits(kNow));
}

TEST_F(FailedRequestsTest, AtOneRouteItIsTheRoute) {
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(fail(kRequest, *one_));
  EXPECT_FALSE(fail(kRequest, *two_)) << "the first fails for other reasons";
}

TEST_F(FailedRequestsTest, ARouteThatFailsAnywayIsNoWitness) {
  EXPECT_FALSE(fail(1, *two_));
  EXPECT_FALSE(fail(kRequest, *one_));
  EXPECT_FALSE(fail(kRequest, *two_));
}

TEST_F(FailedRequestsTest, AreForgotten) {
  EXPECT_FALSE(fail(kRequest, *one_));
  EXPECT_FALSE(fail(kRequest, *two_, kNow + 1min));
}

TEST(Fingerprint, DiffersWithBodyLengthAndEndpoint) {
  const std::string body(300'000, 'x');
  auto other = body;
  other.back() = 'y';
  EXPECT_EQ(fingerprint(Endpoint::messages, body), fingerprint(Endpoint::messages, body));
  EXPECT_NE(fingerprint(Endpoint::messages, body), fingerprint(Endpoint::messages, other));
  EXPECT_NE(fingerprint(Endpoint::messages, body), fingerprint(Endpoint::messages, body + "x"));
  EXPECT_NE(fingerprint(Endpoint::messages, body), fingerprint(Endpoint::responses, body));
}

}  // namespace
}  // namespace weir::gateway
