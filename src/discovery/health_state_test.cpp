#include "discovery/health_state.hpp"

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

using namespace std::chrono_literals;
using enum HealthAnswer;

constexpr MonotonicTime kNow{1h};
constexpr auto kInterval = 2'000ms;

TEST(ReadHealth, SaysWhatAStatusMeans) {
  const struct {
    int status;
    HealthAnswer answer;
  } cases[] = {{200, alive},   {204, alive},   {301, absent},  {401, absent},
               {403, absent},  {404, absent},  {405, absent},  {408, unknown},
               {410, absent},  {429, unknown}, {500, failing}, {501, absent},
               {502, failing}, {503, failing}, {504, failing}, {529, failing}};
  for (const auto& c : cases) {
    Answer answer;
    answer.status = c.status;
    EXPECT_EQ(read_health(answer), c.answer) << c.status;
  }
}

TEST(ReadHealth, SaysWhatNoAnswerMeans) {
  const struct {
    Errc error;
    HealthAnswer answer;
  } cases[] = {{Errc::upstream_unreachable, refused},
               {Errc::connection_lost, refused},
               {Errc::deadline_exceeded, unanswered},
               {Errc::upstream_connect_timeout, unanswered},
               {Errc::overloaded, unknown},
               {Errc::upstream_tls_failed, unknown},
               {Errc::upstream_answer_invalid, unknown}};
  for (const auto& c : cases) {
    const Result<Answer> answer = fail(c.error, "");
    EXPECT_EQ(read_health(answer), c.answer) << describe(c.error).slug;
  }
}

TEST(HealthState, IsAskedWhileCallsWaitOncePerInterval) {
  HealthState state;
  EXPECT_FALSE(state.is_due(false, kInterval, kNow));
  ASSERT_TRUE(state.is_due(true, kInterval, kNow));
  state.asked(kNow);
  EXPECT_FALSE(state.is_due(true, kInterval, kNow + 1h)) << "one request at a time";
  state.answered(alive, kNow);
  EXPECT_FALSE(state.is_due(true, kInterval, kNow + kInterval - 1ms));
  EXPECT_TRUE(state.is_due(true, kInterval, kNow + kInterval));
  EXPECT_FALSE(state.is_due(false, kInterval, kNow + kInterval)) << "nobody waits";
}

TEST(HealthState, AfterAFailureItIsAskedUntilItIsAlive) {
  for (const auto failure : {failing, refused, unanswered}) {
    HealthState state;
    state.asked(kNow);
    state.answered(failure, kNow);
    EXPECT_TRUE(state.is_due(false, kInterval, kNow + kInterval));
    state.asked(kNow + kInterval);
    state.answered(unknown, kNow + kInterval);
    EXPECT_TRUE(state.has_failed()) << "that says nothing";
    state.answered(alive, kNow + kInterval);
    EXPECT_FALSE(state.is_due(false, kInterval, kNow + 1h));
  }
}

TEST(HealthState, CountsWhatShowsNoLifeInARow) {
  HealthState state;
  state.answered(unanswered, kNow);
  state.answered(failing, kNow);
  EXPECT_EQ(state.lifeless(), 2);
  state.answered(refused, kNow);
  EXPECT_EQ(state.lifeless(), 0) << "it may go on with what it has begun";
  state.answered(failing, kNow);
  state.answered(alive, kNow);
  EXPECT_EQ(state.lifeless(), 0);
}

TEST(HealthState, APathThatIsAbsentIsAskedForAgainLater) {
  HealthState state;
  state.answered(absent, kNow);
  EXPECT_FALSE(state.is_due(true, kInterval, kNow + HealthState::kAbsence - 1ms));
  EXPECT_TRUE(state.is_due(true, kInterval, kNow + HealthState::kAbsence));
  state.answered(failing, kNow);
  state.answered(absent, kNow);
  EXPECT_FALSE(state.has_failed()) << "nothing says so any more";
}

TEST(HealthState, APathThatWasThereIsAskedForSooner) {
  HealthState state;
  state.answered(alive, kNow);
  state.answered(absent, kNow);
  EXPECT_FALSE(state.is_due(true, kInterval, kNow + HealthState::kLostAbsence - 1ms));
  EXPECT_TRUE(state.is_due(true, kInterval, kNow + HealthState::kLostAbsence));
}

TEST(HealthState, AnEngineThatIsReachedInAnotherWayStillHasFailed) {
  HealthState state;
  state.answered(alive, kNow);
  state.answered(absent, kNow);
  state.moved();
  EXPECT_TRUE(state.is_due(true, kInterval, kNow)) << "the path may be there";
  state.answered(failing, kNow);
  state.moved();
  EXPECT_EQ(state.lifeless(), 0);
  EXPECT_TRUE(state.is_due(false, kInterval, kNow)) << "only it can say that it is well again";
  state.forget();
  EXPECT_FALSE(state.is_due(false, kInterval, kNow));
}

}  // namespace
}  // namespace weir::discovery
