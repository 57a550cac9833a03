#include "upstream/breaker.hpp"

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using enum Evidence;

const MonotonicTime kStart{1'000s};
constexpr Witness kConnection{.trouble = Trouble::connection};

/// A breaker and a clock.
class Story {
 public:
  explicit Story(const BreakerSettings& settings = {}) : breaker(settings) {}

  Story& after(milliseconds time) {
    now += time;
    return *this;
  }
  /// Calls that begin and end at the current time.
  Story& calls(int count, Evidence evidence, Witness witness = {}) {
    for (int i = 0; i < count; ++i) {
      end(begin(), evidence, witness);
    }
    return *this;
  }
  Breaker::Pass begin() {
    const auto pass = breaker.try_admit(now);
    EXPECT_TRUE(pass.has_value());
    return pass.value();
  }
  void end(Breaker::Pass pass, Evidence evidence, Witness witness = {}) {
    breaker.report(pass, evidence, now, witness);
  }
  [[nodiscard]] bool admits() const { return breaker.admits(now); }
  [[nodiscard]] milliseconds wait() const {
    return std::chrono::ceil<milliseconds>(breaker.ready_at() - now);
  }

  Breaker breaker;
  MonotonicTime now = kStart;
};

TEST(Breaker, AdmitsFromTheStart) {
  Story story;
  EXPECT_TRUE(story.admits());
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
}

TEST(Breaker, RefusesAfterFailuresInARow) {
  Story story;
  story.calls(4, bad);
  EXPECT_TRUE(story.admits());
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
  EXPECT_FALSE(story.breaker.try_admit(story.now));
  EXPECT_EQ(story.breaker.state(), BreakerState::refusing);
  EXPECT_EQ(story.wait(), 1s);
}

TEST(Breaker, ASuccessEndsTheRowAndNothingElseDoes) {
  Story story;
  story.calls(4, bad).calls(1, good).calls(4, bad).calls(10, none);
  EXPECT_TRUE(story.admits());
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, RefusesWhenTooManyOfTheLatestCallsFailed) {
  Story story({.consecutive_failures = 0});
  for (int i = 0; i < 9; ++i) story.calls(1, good).calls(1, bad).after(100ms);
  story.calls(1, good);
  EXPECT_TRUE(story.admits()) << "nineteen calls have no percentage";
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, BelowThePercentageItAdmits) {
  Story story({.consecutive_failures = 0});
  for (int i = 0; i < 200; ++i) story.calls(2, good).calls(1, bad).after(10ms);
  EXPECT_TRUE(story.admits());
}

TEST(Breaker, FailuresOfLongAgoAreForgotten) {
  Story story({.consecutive_failures = 0});
  story.calls(19, bad).after(10s).calls(19, bad);
  EXPECT_TRUE(story.admits());
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, WithBothRulesOffItAdmitsForEver) {
  Story story({.consecutive_failures = 0, .failure_percent = 0});
  story.calls(10'000, bad);
  EXPECT_TRUE(story.admits());
}

TEST(Breaker, LetsOneProbeThroughWhichCloses) {
  Story story;
  story.calls(5, bad).after(1s);
  const auto probe = story.begin();
  EXPECT_EQ(story.breaker.state(), BreakerState::probing);
  EXPECT_FALSE(story.admits());

  story.after(1ms).end(probe, good);
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
  EXPECT_TRUE(story.admits());
  story.calls(4, bad);
  EXPECT_TRUE(story.admits()) << "the count began anew";
}

TEST(Breaker, EachFailedProbeDoublesTheWaitUpToItsBound) {
  Story story;
  story.calls(5, bad);
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    EXPECT_EQ(story.wait(), wait);
    story.after(wait - 1ms);
    EXPECT_FALSE(story.admits());
    story.after(1ms).calls(1, bad);
  }
  story.after(60s).calls(1, good).calls(5, bad);
  EXPECT_EQ(story.wait(), 1s) << "after a recovery it starts at the bottom";
}

TEST(Breaker, ACancelledProbeMakesRoomForTheNextAtOnce) {
  Story story;
  story.calls(5, bad).after(1s);
  const auto probe = story.begin();
  story.end(probe, none);
  EXPECT_TRUE(story.admits());
  story.calls(1, good);
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
}

TEST(Breaker, ThereIsOneProbeAtATime) {
  Story story({.max_refusal = 20s});
  story.calls(5, bad).after(1s);
  const auto lost = story.begin();
  story.after(20s - 1ms);
  EXPECT_FALSE(story.admits()) << "where calls hang, each is a client that waits";
  story.after(1ms).calls(1, good);
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting) << "a lost one does not wedge it";

  story.end(lost, bad);
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
}

TEST(Breaker, AProbeWhoseAnswerBeginsCloses) {
  Story story;
  story.calls(5, bad).after(1s);
  const auto probe = story.begin();
  story.breaker.began(probe);
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
  EXPECT_FALSE(story.breaker.in_doubt(story.now));
  story.end(probe, bad);
  EXPECT_EQ(story.breaker.failures(), 0) << "it has had its say";
}

TEST(Breaker, AnAnswerThatBeginsDoesNothingElse) {
  Story story;
  const auto old = story.begin();
  story.calls(4, bad);
  story.breaker.began(old);
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
  story.after(1s);
  const auto probe = story.begin();
  story.breaker.began(old);
  EXPECT_EQ(story.breaker.state(), BreakerState::probing);
  story.end(probe, none);
}

TEST(Breaker, FailuresOfOneKeyWeighNothingWhileOthersSucceed) {
  constexpr Witness kBad{.key = 1};
  constexpr Witness kGood{.key = 2};
  constexpr Witness kThird{.key = 3};
  Story story;
  story.calls(1, good, kGood).calls(50, bad, kBad);
  EXPECT_TRUE(story.admits());
  story.after(10s).calls(4, bad, kBad);
  EXPECT_TRUE(story.admits());
  story.calls(1, bad, kBad);
  EXPECT_FALSE(story.admits()) << "nobody has succeeded for the whole window";

  Story shared;
  shared.calls(1, good, kGood).calls(1, good, kBad).calls(1, bad, kThird).calls(5, bad, kBad);
  EXPECT_FALSE(shared.admits()) << "two keys fail";

  Story alone;
  alone.calls(1, good, kBad).calls(5, bad, kBad);
  EXPECT_FALSE(alone.admits()) << "its own success proves nothing about the others";
}

TEST(Breaker, AFailureThatIsForgivenWasNone) {
  Story story;
  story.calls(1, bad);
  story.breaker.forgive(story.now);
  EXPECT_FALSE(story.breaker.in_doubt(story.now));
  story.calls(4, bad);
  EXPECT_TRUE(story.admits());
  story.breaker.forgive(story.now);
  EXPECT_TRUE(story.breaker.in_doubt(story.now)) << "three are left";
  story.calls(1, bad);
  EXPECT_TRUE(story.admits());
}

TEST(Breaker, DistrustIsDoubtWithoutAFailure) {
  Story story;
  story.breaker.distrust(story.now);
  EXPECT_TRUE(story.breaker.in_doubt(story.now));
  EXPECT_EQ(story.breaker.failures(), 0);
}

TEST(Breaker, WhatSaysThatItIsDeadIsInDoubtUntilItSaysOtherwise) {
  using Until = Breaker::Until;
  Story story;
  story.breaker.distrust(story.now, Until::healthy);
  story.breaker.listed();
  story.after(2min);
  EXPECT_TRUE(story.breaker.in_doubt(story.now)) << "its front end lists";
  story.breaker.healthy();
  EXPECT_FALSE(story.breaker.in_doubt(story.now));

  story.breaker.distrust(story.now, Until::healthy);
  story.breaker.distrust(story.now, Until::listed);
  story.breaker.healthy();
  EXPECT_TRUE(story.breaker.in_doubt(story.now)) << "it has not listed";
  story.breaker.listed();
  EXPECT_FALSE(story.breaker.in_doubt(story.now));

  story.breaker.distrust(story.now, Until::healthy);
  story.calls(1, good);
  EXPECT_FALSE(story.breaker.in_doubt(story.now)) << "a call shows more";

  story.calls(1, bad);
  story.breaker.distrust(story.now, Until::healthy);
  story.breaker.healthy();
  EXPECT_FALSE(story.breaker.in_doubt(story.now)) << "a call failed before it was healthy again";
}

TEST(Breaker, CallsOfAnEarlierTimeDecideNothing) {
  Story story;
  const auto slow = story.begin();
  const auto slower = story.begin();
  story.calls(5, bad).end(slow, good);
  EXPECT_EQ(story.breaker.state(), BreakerState::refusing);

  story.after(1s);
  const auto probe = story.begin();
  story.end(slower, bad);
  EXPECT_EQ(story.breaker.state(), BreakerState::probing);
  story.end(probe, good);
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
}

TEST(Breaker, AListEndsARefusalOfConnectionsOnly) {
  Story story;
  story.calls(5, bad, kConnection);
  story.breaker.listed();
  EXPECT_EQ(story.breaker.state(), BreakerState::admitting);
  EXPECT_TRUE(story.admits());
  EXPECT_FALSE(story.breaker.in_doubt(story.now));

  story.calls(4, bad, kConnection).calls(1, bad);
  story.breaker.listed();
  EXPECT_FALSE(story.admits()) << "listing works, and calls hang";
  story.after(1s).calls(1, bad, kConnection);
  story.breaker.listed();
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, AListLeavesWhatWasCountedWhileAdmitting) {
  Story story;
  story.calls(4, bad);
  story.breaker.listed();
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, AListEndsAProbeToo) {
  Story story;
  story.calls(5, bad, kConnection).after(1s);
  const auto probe = story.begin();
  story.breaker.listed();
  EXPECT_TRUE(story.admits());
  story.end(probe, bad);
  EXPECT_TRUE(story.admits());
}

TEST(Breaker, CoolsDownAsLongAsItIsToldWithinBounds) {
  struct Case {
    std::optional<std::chrono::seconds> retry_after;
    std::chrono::seconds time;
  };
  const Case cases[] = {{std::nullopt, 1s}, {0s, 1s},      {-37s, 1s},
                        {20s, 20s},         {600s, 10min}, {999'999'999s, 10min}};
  for (const auto& test : cases) {
    Story story;
    story.breaker.cool_down(test.retry_after, story.now);
    EXPECT_EQ(story.wait(), test.time);
    EXPECT_EQ(story.breaker.state(), BreakerState::admitting) << "it is not a failure";
    EXPECT_FALSE(story.after(test.time - 1ms).admits());
    EXPECT_TRUE(story.after(1ms).admits());
  }
}

TEST(Breaker, ARetryAfterIsBelievedWithinBounds) {
  const struct {
    std::chrono::seconds told;
    std::chrono::seconds believed;
  } cases[] = {{-37s, 1s},          {0s, 1s}, {1s, 1s}, {20s, 20s}, {600s, 600s}, {601s, 600s},
               {999'999'999s, 600s}};
  for (const auto& test : cases) EXPECT_EQ(Breaker::bounded(test.told), test.believed);
}

TEST(Breaker, AShorterCoolDownDoesNotEndALongerOne) {
  Story story;
  story.breaker.cool_down(20s, story.now);
  story.breaker.cool_down(5s, story.now);
  EXPECT_EQ(story.wait(), 20s);
}

TEST(Breaker, AListDoesNotEndACoolDown) {
  Story story;
  story.calls(5, bad, kConnection);
  story.breaker.cool_down(20s, story.now);
  story.breaker.listed();
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, ProbesOnlyWhenItHasCooledDown) {
  Story story;
  story.calls(5, bad);
  story.breaker.cool_down(20s, story.now);
  EXPECT_EQ(story.wait(), 20s);
  EXPECT_FALSE(story.after(10s).admits());
  EXPECT_TRUE(story.after(10s).admits());
}

TEST(Breaker, NewSettingsHoldFromThenOn) {
  Story story;
  story.calls(3, bad);
  story.breaker.configure({.consecutive_failures = 4, .first_refusal = 7s});
  story.calls(1, bad);
  EXPECT_EQ(story.wait(), 7s);
}

TEST(Breaker, ANewWindowStartsEmpty) {
  Story story({.consecutive_failures = 0, .failure_percent = 50, .min_calls = 4, .window = 10s});
  story.calls(3, bad);
  story.breaker.configure(
      {.consecutive_failures = 0, .failure_percent = 50, .min_calls = 4, .window = 20s});
  story.calls(3, bad);
  EXPECT_TRUE(story.admits());
  story.calls(1, bad);
  EXPECT_FALSE(story.admits());
}

TEST(Breaker, AFailurePutsItInDoubtUntilACallSucceeds) {
  Story story;
  EXPECT_FALSE(story.breaker.in_doubt(story.now));
  story.calls(1, bad);
  EXPECT_TRUE(story.breaker.in_doubt(story.now));
  EXPECT_TRUE(story.admits()) << "it is called where there is no better one";
  story.calls(1, none);
  EXPECT_TRUE(story.breaker.in_doubt(story.now));
  story.calls(1, good);
  EXPECT_FALSE(story.breaker.in_doubt(story.now));
}

TEST(Breaker, DoubtDoublesWithEachFailureAfterIt) {
  Story story({.consecutive_failures = 0, .failure_percent = 0});
  for (const auto doubt : {1s, 2s, 4s, 8s, 16s, 32s, 32s}) {
    story.calls(3, bad);  // at one time: one event
    EXPECT_TRUE(story.breaker.in_doubt(story.now + doubt - 1ms)) << doubt.count();
    EXPECT_FALSE(story.breaker.in_doubt(story.now + doubt)) << doubt.count();
    story.after(doubt);
  }
  story.calls(1, good).calls(1, bad);
  EXPECT_FALSE(story.breaker.in_doubt(story.now + 1s));
}

TEST(Breaker, WeakEvidenceIsABriefDoubtAndNoMore) {
  Story story;
  story.calls(2, weak).calls(1, good).calls(2, weak);
  EXPECT_FALSE(story.breaker.in_doubt(story.now)) << "a success came in between";
  story.calls(1, weak);
  EXPECT_TRUE(story.breaker.in_doubt(story.now));
  story.calls(100, weak);
  EXPECT_TRUE(story.admits());
  EXPECT_FALSE(story.breaker.in_doubt(story.now + Breaker::kFirstDoubt));
  for (int i = 0; i < 10; ++i) story.after(Breaker::kMaxWeakDoubt).calls(1, weak);
  EXPECT_TRUE(story.breaker.in_doubt(story.now));
  EXPECT_FALSE(story.breaker.in_doubt(story.now + Breaker::kMaxWeakDoubt));
  story.calls(1, good);
  EXPECT_FALSE(story.breaker.in_doubt(story.now));
}

TEST(Breaker, WeakEvidenceOfOneKeyIsIgnoredWhileOthersSucceed) {
  Story story;
  story.calls(1, good, {.key = 2}).calls(100, weak, {.key = 1});
  EXPECT_FALSE(story.breaker.in_doubt(story.now));
}

}  // namespace
}  // namespace weir::upstream
