#include "app/process/takeover.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{5'000};

// An old server that passes no sockets, with its answer, if any, to a successor that is ready.
class TakeoverTest : public testing::Test {
 protected:
  // Runs both sides, up to the point where the new one could announce itself.
  void begin() {
    const auto listener = net::LocalListener::open(path_);
    ASSERT_TRUE(listener) << listener.error().detail;
    std::jthread asking([this] {
      auto asked = Successor::ask(path_);
      ASSERT_TRUE(asked) << asked.error().detail;
      ASSERT_TRUE(*asked);
      new_.emplace(std::move(**asked));
    });
    while (!old_) old_ = listener->try_accept();
    ASSERT_TRUE(old_->receive_within(kPatience));
    ASSERT_TRUE(old_->send(format_takeover(Complete{0})));
  }

  TemporaryDirectory folder_;
  std::string path_ = folder_.path() + "/socket";
  std::optional<net::LocalSocket> old_;
  std::optional<Successor> new_;
};

TEST_F(TakeoverTest, WhoHasGivenUpCannotBeToldToServe) {
  ASSERT_NO_FATAL_FAILURE(begin());
  const auto announced = new_->announce(milliseconds{0});
  ASSERT_FALSE(announced);
  EXPECT_EQ(announced.error().detail, "cannot take over: no answer within 0 ms");
  EXPECT_FALSE(old_->send(format_takeover(Leaving{}))) << "both would have left";
}

TEST_F(TakeoverTest, WhatHasComeCountsHoweverLate) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(old_->send(format_takeover(Leaving{})));
  EXPECT_TRUE(new_->announce(milliseconds{0}));
}

TEST_F(TakeoverTest, AnOldServerThatHasGoneDoesNotServe) {
  ASSERT_NO_FATAL_FAILURE(begin());
  old_.reset();
  EXPECT_TRUE(new_->announce());
}

TEST_F(TakeoverTest, ARefusalIsAnErrorWithItsReason) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(old_->send(format_takeover(Refused{"not today"})));
  const auto announced = new_->announce();
  ASSERT_FALSE(announced);
  EXPECT_EQ(announced.error().detail, "cannot take over: not today");
}

}  // namespace
}  // namespace weir::app
