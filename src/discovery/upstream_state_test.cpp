#include "discovery/upstream_state.hpp"

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

using namespace std::chrono_literals;
using catalogue::Reach;

const MonotonicTime kStart{1'000s};
constexpr RefreshTiming kTiming{.interval = 60s, .backoff_max = 30s, .grace = 100s};

Error refused() { return fail(Errc::upstream_unreachable).error(); }

std::vector<catalogue::UpstreamModel> one_model() {
  std::vector<catalogue::UpstreamModel> models(1);
  models.front().id = "m";
  return models;
}

TEST(Backoff, DoublesUpToItsBound) {
  EXPECT_EQ(backoff(1, 30s), 1s);
  EXPECT_EQ(backoff(2, 30s), 2s);
  EXPECT_EQ(backoff(5, 30s), 16s);
  EXPECT_EQ(backoff(6, 30s), 30s);
  EXPECT_EQ(backoff(1'000'000, 30s), 30s);
}

TEST(UpstreamState, IsAskedAtOnceAndThenAtItsInterval) {
  UpstreamState state(kTiming);
  EXPECT_LE(state.ask_at(), kStart);
  EXPECT_EQ(state.reach(kStart), Reach::unknown);
  state.succeeded(one_model(), kStart);
  EXPECT_EQ(state.reach(kStart), Reach::up);
  EXPECT_EQ(state.wake_at(kStart), kStart + 60s);
}

TEST(UpstreamState, SaysHowLongUntilItIsAskedAndNeverLessThanNothing) {
  UpstreamState state(kTiming);
  EXPECT_EQ(state.until_asked(kStart), 0s);
  state.succeeded(one_model(), kStart);
  EXPECT_EQ(state.until_asked(kStart), 60s);
  EXPECT_EQ(state.until_asked(kStart + 61s), 0s);
  state.ask_now();
  EXPECT_EQ(state.until_asked(kStart + 61s), 0s);
}

TEST(UpstreamState, KeepsTheLastGoodListThroughFailures) {
  UpstreamState state(kTiming);
  state.succeeded(one_model(), kStart);
  state.failed(refused(), kStart + 60s);
  EXPECT_EQ(state.models().size(), 1U);
  EXPECT_EQ(state.reach(kStart + 60s), Reach::failing);
  EXPECT_EQ(state.last_error()->code, Errc::upstream_unreachable);
}

TEST(UpstreamState, IsLostAGraceTimeAfterItsFirstFailure) {
  UpstreamState state(kTiming);
  state.succeeded(one_model(), kStart);
  state.failed(refused(), kStart + 60s);
  state.failed(refused(), kStart + 61s);
  EXPECT_EQ(state.reach(kStart + 160s - 1ms), Reach::failing);
  EXPECT_EQ(state.reach(kStart + 160s), Reach::lost);
}

TEST(UpstreamState, OneFailureIsNotTheEndWhereItIsAskedLessOftenThanTheGraceTime) {
  UpstreamState state({.interval = 600s, .backoff_max = 30s, .grace = 100s});
  state.succeeded(one_model(), kStart);
  state.failed(refused(), kStart + 600s);
  EXPECT_EQ(state.reach(kStart + 600s), Reach::failing);
}

TEST(UpstreamState, WakesWhenTheGraceTimeEndsThoughItIsNotYetToBeAsked) {
  UpstreamState state(kTiming);
  for (auto at : {0s, 1s, 3s, 7s, 15s, 31s, 61s, 91s}) state.failed(refused(), kStart + at);
  EXPECT_EQ(state.ask_at(), kStart + 91s + 30s);
  EXPECT_EQ(state.wake_at(kStart + 91s), kStart + 100s);
  EXPECT_EQ(state.wake_at(kStart + 100s), state.ask_at());
}

TEST(UpstreamState, OneThatNeverAnsweredIsLostAGraceTimeAfterItsStart) {
  UpstreamState state(kTiming);
  state.failed(refused(), kStart);
  EXPECT_EQ(state.reach(kStart + 99s), Reach::failing);
  EXPECT_EQ(state.reach(kStart + 100s), Reach::lost);
}

TEST(UpstreamState, AQuestionThatCouldNotBePutSaysNothingOfTheUpstream) {
  UpstreamState state(kTiming);
  state.succeeded(one_model(), kStart);
  state.could_not_ask(fail(Errc::overloaded).error(), kStart + 60s);
  EXPECT_EQ(state.reach(kStart + 500s), Reach::up);
  EXPECT_EQ(state.failures(), 0);
  EXPECT_EQ(state.until_asked(kStart + 60s), 1s);
  EXPECT_EQ(state.last_error()->code, Errc::overloaded);
  state.succeeded(one_model(), kStart + 61s);
  EXPECT_FALSE(state.last_error());
}

TEST(UpstreamState, ASuccessForgetsFailures) {
  UpstreamState state(kTiming);
  state.failed(refused(), kStart);
  state.succeeded(one_model(), kStart + 5s);
  EXPECT_EQ(state.failures(), 0);
  EXPECT_FALSE(state.last_error());
  EXPECT_EQ(state.reach(kStart + 500s), Reach::up);
}

}  // namespace
}  // namespace weir::discovery
