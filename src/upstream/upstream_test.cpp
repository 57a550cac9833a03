#include "upstream/upstream.hpp"

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kNow{1h};

class UpstreamTest : public testing::Test {
 protected:
  void call(Health& model, Outcome outcome, int times = 1) {
    for (int i = 0; i < times; ++i) {
      const auto passes = upstream_.try_admit(model, false, kNow);
      ASSERT_TRUE(passes);
      upstream_.report(model, *passes, outcome, 0, kNow);
    }
  }
  [[nodiscard]] bool admits(const Health& model) const {
    return upstream_.health().admits(kNow) && model.admits(kNow);
  }

  Upstream upstream_{Address{.name = "one", .origin = {}, .tls = {}}, Settings{}, 0};
  std::shared_ptr<Health> one_ = upstream_.health_of("one");
  std::shared_ptr<Health> two_ = upstream_.health_of("two");
};

TEST_F(UpstreamTest, AModelThatFailsLeavesTheOtherAlone) {
  for (const auto outcome : {Outcome::server_error, Outcome::first_byte_timeout,
                             Outcome::reset_before_answer, Outcome::model_refused}) {
    const auto model = upstream_.health_of(describe(outcome).slug);
    call(*model, outcome, 5);
    EXPECT_FALSE(admits(*model)) << describe(outcome).slug;
    call(*two_, Outcome::answered);
    EXPECT_FALSE(upstream_.health().in_doubt(kNow)) << describe(outcome).slug;
  }
}

TEST_F(UpstreamTest, ConnectionsAndTheAccountAreOfTheWhole) {
  for (const auto outcome : {Outcome::connect_failed, Outcome::account_refused}) {
    Upstream upstream{Address{.name = "one", .origin = {}, .tls = {}}, Settings{}, 0};
    const auto one = upstream.health_of("one");
    for (int i = 0; i < 5; ++i) {
      const auto passes = upstream.try_admit(*one, false, kNow);
      ASSERT_TRUE(passes);
      upstream.report(*one, *passes, outcome, 0, kNow);
      EXPECT_TRUE(upstream.health().in_doubt(kNow));
    }
    EXPECT_TRUE(one->admits(kNow));
    EXPECT_FALSE(upstream.health().admits(kNow)) << describe(outcome).slug;
    EXPECT_FALSE(upstream.try_admit(*upstream.health_of("two"), false, kNow));

    const auto probe = upstream.try_admit(*one, false, kNow + 1s);
    ASSERT_TRUE(probe);
    EXPECT_FALSE(upstream.try_admit(*one, false, kNow + 1s));
    upstream.report(*one, *probe, Outcome::answered, 0, kNow + 1s);
    EXPECT_TRUE(upstream.health().admits(kNow + 1s));
  }
}

TEST_F(UpstreamTest, SeveralModelsThatFailPutTheWholeInDoubt) {
  call(*one_, Outcome::server_error, 5);
  call(*two_, Outcome::server_error, 5);
  EXPECT_FALSE(upstream_.health().in_doubt(kNow));
  call(*upstream_.health_of("three"), Outcome::server_error, 5);
  EXPECT_TRUE(upstream_.health().in_doubt(kNow));
  EXPECT_TRUE(upstream_.health().admits(kNow)) << "another may be healthy";
  call(*upstream_.health_of("four"), Outcome::answered);
  EXPECT_FALSE(upstream_.health().in_doubt(kNow));
}

TEST_F(UpstreamTest, ASuccessBetweenThemMeansThatTheyAreNotAll) {
  call(*one_, Outcome::server_error, 5);
  call(*two_, Outcome::server_error, 5);
  call(*upstream_.health_of("four"), Outcome::answered);
  call(*upstream_.health_of("three"), Outcome::server_error, 5);
  EXPECT_FALSE(upstream_.health().in_doubt(kNow));
}

TEST_F(UpstreamTest, AListEndsTheRefusalOfConnections) {
  call(*one_, Outcome::reset_before_answer, 5);
  call(*two_, Outcome::first_byte_timeout, 5);
  const auto three = upstream_.health_of("three");
  call(*three, Outcome::connect_failed, 5);
  upstream_.listed(kNow);
  EXPECT_TRUE(admits(*one_));
  EXPECT_FALSE(admits(*two_)) << "calls hung";
  EXPECT_TRUE(admits(*three));
}

TEST_F(UpstreamTest, AListThatFailsPutsItInDoubt) {
  upstream_.list_failed(false, kNow);
  EXPECT_TRUE(upstream_.health().in_doubt(kNow));
  EXPECT_FALSE(upstream_.health().in_doubt(kNow + 1s));
  upstream_.list_failed(true, kNow);
  EXPECT_TRUE(upstream_.health().in_doubt(kNow + 1min)) << "it does not answer at all";
  EXPECT_TRUE(admits(*one_));
  upstream_.listed(kNow);
  EXPECT_FALSE(upstream_.health().in_doubt(kNow));
  upstream_.list_failed(true, kNow);
  call(*one_, Outcome::answered);
  EXPECT_FALSE(upstream_.health().in_doubt(kNow));
}

TEST_F(UpstreamTest, KeepsTheHealthOfModelsInUse) {
  call(*one_, Outcome::server_error, 5);
  upstream_.forget_unused();
  EXPECT_FALSE(admits(*upstream_.health_of("one")));
  one_.reset();
  upstream_.forget_unused();
  EXPECT_TRUE(admits(*upstream_.health_of("one"))) << "it is a new one";
}

}  // namespace
}  // namespace weir::upstream
