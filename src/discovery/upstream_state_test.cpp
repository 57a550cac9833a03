#include "discovery/upstream_state.hpp"

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

using namespace std::chrono_literals;
using catalogue::Reach;

const MonotonicTime kStart{1'000s};
constexpr RefreshTiming kTiming{
    .interval = 60s, .backoff_max = 30s, .grace = 100s, .first_list = 5s};

Error refused() { return fail(Errc::upstream_unreachable).error(); }

Listing one_model() { return {.models = {{.id = "m"}}}; }

TEST(Backoff, DoublesUpToItsBound) {
  EXPECT_EQ(backoff(1, 30s), 1s);
  EXPECT_EQ(backoff(2, 30s), 2s);
  EXPECT_EQ(backoff(5, 30s), 16s);
  EXPECT_EQ(backoff(6, 30s), 30s);
  EXPECT_EQ(backoff(1'000'000, 30s), 30s);
}

TEST(UpstreamState, IsAskedAtOnceAndThenAtItsInterval) {
  UpstreamState state(kTiming, kStart);
  EXPECT_LE(state.ask_at(), kStart);
  EXPECT_EQ(state.reach(kStart), Reach::unknown);
  state.succeeded(one_model(), kStart);
  EXPECT_EQ(state.reach(kStart), Reach::up);
  EXPECT_EQ(state.wake_at(kStart), kStart + 60s);
}

TEST(UpstreamState, SaysHowLongUntilItIsAskedAndNeverLessThanNothing) {
  UpstreamState state(kTiming, kStart);
  EXPECT_EQ(state.until_asked(kStart), 0s);
  state.succeeded(one_model(), kStart);
  EXPECT_EQ(state.until_asked(kStart), 60s);
  EXPECT_EQ(state.until_asked(kStart + 61s), 0s);
  state.ask_now();
  EXPECT_EQ(state.until_asked(kStart + 61s), 0s);
}

TEST(UpstreamState, KeepsTheLastGoodListThroughFailures) {
  UpstreamState state(kTiming, kStart);
  state.succeeded(one_model(), kStart);
  state.failed(refused(), kStart + 60s);
  EXPECT_EQ(state.models().size(), 1U);
  EXPECT_EQ(state.reach(kStart + 60s), Reach::failing);
  EXPECT_EQ(state.last_error()->code, Errc::upstream_unreachable);
}

TEST(UpstreamState, IsLostAGraceTimeAfterItsFirstFailure) {
  UpstreamState state(kTiming, kStart);
  state.succeeded(one_model(), kStart);
  state.failed(refused(), kStart + 60s);
  state.failed(refused(), kStart + 61s);
  EXPECT_EQ(state.reach(kStart + 160s - 1ms), Reach::failing);
  EXPECT_EQ(state.reach(kStart + 160s), Reach::lost);
}

TEST(UpstreamState, OneFailureIsNotTheEndWhereItIsAskedLessOftenThanTheGraceTime) {
  UpstreamState state({.interval = 600s, .backoff_max = 30s, .grace = 100s, .first_list = 5s},
                      kStart);
  state.succeeded(one_model(), kStart);
  state.failed(refused(), kStart + 600s);
  EXPECT_EQ(state.reach(kStart + 600s), Reach::failing);
}

TEST(UpstreamState, WakesWhenTheGraceTimeEndsThoughItIsNotYetToBeAsked) {
  UpstreamState state(kTiming, kStart);
  for (auto at : {0s, 1s, 3s, 7s, 15s, 31s, 61s, 91s}) state.failed(refused(), kStart + at);
  EXPECT_EQ(state.ask_at(), kStart + 91s + 30s);
  EXPECT_EQ(state.wake_at(kStart + 91s), kStart + 100s);
  EXPECT_EQ(state.wake_at(kStart + 100s), state.ask_at());
}

TEST(UpstreamState, OneThatNeverAnsweredIsLostAGraceTimeAfterItsStart) {
  UpstreamState state(kTiming, kStart);
  state.failed(refused(), kStart);
  EXPECT_EQ(state.reach(kStart + 99s), Reach::failing);
  EXPECT_EQ(state.reach(kStart + 100s), Reach::lost);
}

TEST(UpstreamState, AQuestionThatCouldNotBePutSaysNothingOfTheUpstream) {
  UpstreamState state(kTiming, kStart);
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
  UpstreamState state(kTiming, kStart);
  state.failed(refused(), kStart);
  state.succeeded(one_model(), kStart + 5s);
  EXPECT_EQ(state.failures(), 0);
  EXPECT_FALSE(state.last_error());
  EXPECT_EQ(state.reach(kStart + 500s), Reach::up);
}

TEST(UpstreamState, IsPendingUntilSomethingCameOfItsFirstQuestion) {
  UpstreamState silent(kTiming, kStart);
  EXPECT_TRUE(silent.pending(kStart));
  EXPECT_TRUE(silent.pending(kStart + 5s - 1ms));
  EXPECT_FALSE(silent.pending(kStart + 5s)) << "for no longer than that";

  UpstreamState asked_by_nobody(kTiming, kStart);
  asked_by_nobody.could_not_ask(fail(Errc::overloaded).error(), kStart + 1s);
  EXPECT_TRUE(asked_by_nobody.pending(kStart + 1s));

  UpstreamState listed(kTiming, kStart);
  listed.succeeded(one_model(), kStart + 1s);
  EXPECT_FALSE(listed.pending(kStart + 1s));

  UpstreamState refused_it(kTiming, kStart);
  refused_it.failed(refused(), kStart + 1s);
  EXPECT_FALSE(refused_it.pending(kStart + 1s));
}

constexpr auto kImage = catalogue::SubType::text_to_image;
constexpr auto kChat = catalogue::SubType::chat;

catalogue::UpstreamModel classed(catalogue::SubType sub_type) {
  return {.id = "m", .model_class = catalogue::ModelClass::of({sub_type})};
}

TEST(UpstreamState, NothingOutlivesTheAnswerItCameFrom) {
  UpstreamState state(kTiming, kStart);
  auto image = classed(kImage);
  image.facts.created = 1;
  state.succeeded({.models = {image}, .truncated = true, .unknown_words = {"hologram"}}, kStart);
  state.succeeded(one_model(), kStart + 60s);
  EXPECT_EQ(state.listing().models, one_model().models);
  EXPECT_FALSE(state.listing().truncated);
  EXPECT_TRUE(state.listing().unknown_words.empty());
}

TEST(UpstreamState, AClassStaysWhileTheQuestionThatTellsItIsUnanswered) {
  UpstreamState state(kTiming, kStart);
  state.succeeded({.models = {classed(kImage)}}, kStart);
  auto unanswered = one_model();
  unanswered.unanswered = true;
  state.succeeded(unanswered, kStart + 60s);
  EXPECT_EQ(state.models().front().model_class, catalogue::ModelClass::of({kImage}));
  state.succeeded(one_model(), kStart + 120s);
  EXPECT_FALSE(state.models().front().model_class);
}

TEST(UpstreamState, AClassIsKeptForNoLongerThanTheGraceTime) {
  UpstreamState state(kTiming, kStart);
  state.succeeded({.models = {classed(kImage)}}, kStart);
  auto unanswered = one_model();
  unanswered.unanswered = true;
  state.succeeded(unanswered, kStart + 60s);
  state.succeeded(unanswered, kStart + 160s - 1ms);
  EXPECT_TRUE(state.models().front().model_class);
  state.succeeded(unanswered, kStart + 160s);
  EXPECT_FALSE(state.models().front().model_class);
}

TEST(UpstreamState, ABrokenOffListIsRejectedWhileAWholeOneIsInItsGraceTime) {
  auto part = one_model();
  part.truncated = true;
  part.broken_off = refused();
  UpstreamState state(kTiming, kStart);
  EXPECT_FALSE(state.rejects(part, kStart)) << "nothing better is known";
  state.succeeded(part, kStart);
  EXPECT_FALSE(state.rejects(part, kStart + 60s)) << "nothing better is known";

  state.succeeded(one_model(), kStart + 60s);
  EXPECT_TRUE(state.rejects(part, kStart + 120s));
  EXPECT_FALSE(state.rejects(one_model(), kStart + 120s));
  state.failed(refused(), kStart + 120s);
  EXPECT_TRUE(state.rejects(part, kStart + 219s));
  EXPECT_FALSE(state.rejects(part, kStart + 220s)) << "the grace time is over";
}

TEST(KeepClasses, OnlyAModelThatSaysTheSameAsBeforeKeepsItsClass) {
  struct Case {
    const char* what;
    catalogue::UpstreamModel before;
    catalogue::UpstreamModel now;
    bool kept;
  };
  const auto with_base = [](auto model, std::string base_id) {
    model.base_id = std::move(base_id);
    return model;
  };
  const auto with_context = [](auto model, std::int64_t tokens) {
    model.facts.context_length = tokens;
    return model;
  };
  const auto with_owner = [](auto model, std::string owner) {
    model.facts.owned_by = std::move(owner);
    return model;
  };
  const catalogue::UpstreamModel bare{.id = "m"};
  const auto image = classed(kImage);
  const Case cases[] = {
      {"the same row", image, bare, true},
      {"a fact less", with_context(image, 8), bare, true},
      {"the same fact", with_context(image, 8), with_context(bare, 8), true},
      {"another fact", with_context(image, 8), with_context(bare, 9), false},
      {"a fact more", image, with_context(bare, 9), false},
      {"another owner", with_owner(image, "a"), with_owner(bare, "b"), false},
      {"the same base", with_base(image, "lab/a"), with_base(bare, "lab/a"), true},
      {"another base", with_base(image, "lab/a"), with_base(bare, "lab/b"), false},
      {"a base less", with_base(image, "lab/a"), bare, false},
      {"another id", image, {.id = "n"}, false},
      {"a class of its own", image, classed(kChat), false},
  };
  for (const auto& test : cases) {
    std::vector next{test.now};
    keep_classes(std::vector{test.before}, next);
    EXPECT_EQ(next.front().model_class == image.model_class, test.kept) << test.what;
    if (!test.kept) EXPECT_EQ(next.front(), test.now) << test.what;
  }
}

TEST(UpstreamState, ARepetitionEndsFailuresAndKeepsTheRows) {
  UpstreamState state(kTiming, kStart);
  state.succeeded(one_model(), kStart);
  const auto rows = state.models();
  state.failed(refused(), kStart + 60s);
  state.repeated(kStart + 61s);
  EXPECT_EQ(state.reach(kStart + 61s), Reach::up);
  EXPECT_EQ(state.ask_at(), kStart + 121s);
  EXPECT_FALSE(state.last_error());
  EXPECT_TRUE(state.models().shares_rows_with(rows));

  state.succeeded(one_model(), kStart + 121s);
  EXPECT_TRUE(state.models().shares_rows_with(rows)) << "equal rows stay the same rows";
}

}  // namespace
}  // namespace weir::discovery
