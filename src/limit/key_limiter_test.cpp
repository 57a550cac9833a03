#include "limit/key_limiter.hpp"

#include <atomic>
#include <barrier>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "limit/table_memory_for_test.hpp"

namespace weir::limit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

MonotonicTime at(nanoseconds since_start) { return MonotonicTime(seconds(1000) + since_start); }

std::shared_ptr<KeyLimiter> limiter(const Limits& limits, std::vector<ModelLimits> of_models = {}) {
  return std::make_shared<KeyLimiter>(limits, std::move(of_models));
}

/// "admitted", or the limit that refused.
std::string outcome(const std::expected<Reservation, Refusal>& tried) {
  if (tried) return "admitted";
  const Refusal& refusal = tried.error();
  return fmt::format("{}{}", short_name(refusal.by), refusal.of_model ? " of model" : "");
}

constexpr int kThreads = 64;

/// Runs `body(thread)` in kThreads threads that start at the same time.
template <class Body>
void together(Body body) {
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(KeyLimiter, WithoutLimitsAdmitsEverythingAndHoldsNothing) {
  const auto free = limiter({}, {{"*", {}}});
  Standing standing;
  for (int i = 0; i < 1000; ++i) {
    const auto tried = free->try_reserve("m", {.tokens = 1'000'000}, at(seconds(0)), &standing);
    ASSERT_TRUE(tried);
    EXPECT_TRUE(tried->empty());
  }
  EXPECT_EQ(standing.requests.limit, 0);
  EXPECT_TRUE(free->try_take_request(at(seconds(0))));
  EXPECT_TRUE(free->idle(at(seconds(0))));
}

TEST(KeyLimiter, NamesTheLimitThatRefuses) {
  const Claim claim{.tokens = 10, .images = 1};
  const struct {
    Limits of_key;
    Limits of_model;
    const char* said;
    nanoseconds retry_after;
  } cases[] = {
      {{.requests_per_minute = 1}, {}, "RPM", minutes(1)},
      {{.tokens_per_minute = 19}, {}, "TPM", minutes(1)},
      {{.images_per_minute = 1}, {}, "IPM", minutes(1)},
      {{.requests_per_day = 1}, {}, "RPD", hours(24)},
      {{.tokens_per_day = 19}, {}, "TPD", hours(24)},
      {{.images_per_day = 1}, {}, "IPD", hours(24)},
      {{.max_in_flight = 1}, {}, "concurrency", seconds(1)},
      {{}, {.tokens_per_minute = 19}, "TPM of model", minutes(1)},
      {{}, {.max_in_flight = 1}, "concurrency of model", seconds(1)},
      // If several refuse, the limit that holds longest; on a tie the key's, then the first.
      {{.requests_per_minute = 1, .requests_per_day = 1}, {}, "RPD", hours(24)},
      {{.requests_per_minute = 1, .tokens_per_minute = 19}, {}, "RPM", minutes(1)},
      {{.requests_per_minute = 1}, {.requests_per_minute = 1}, "RPM", minutes(1)},
      {{.requests_per_minute = 1}, {.tokens_per_day = 19}, "TPD of model", hours(24)},
      {{.requests_per_minute = 1, .max_in_flight = 1}, {}, "RPM", minutes(1)},
      {{.requests_per_minute = 5}, {.tokens_per_minute = 20}, "admitted", seconds(0)},
  };
  for (const auto& c : cases) {
    const auto tested = limiter(c.of_key, {{"m*", c.of_model}});
    const auto first = tested->try_reserve("m1", claim, at(seconds(0)));
    ASSERT_TRUE(first) << c.said;
    const auto second = tested->try_reserve("m1", claim, at(seconds(0)));
    EXPECT_EQ(outcome(second), c.said);
    if (!second) EXPECT_EQ(second.error().retry_after, c.retry_after) << c.said;
  }
}

TEST(KeyLimiter, ARefusalHasTakenNothingAnywhere) {
  const auto tested = limiter({.requests_per_minute = 10, .tokens_per_minute = 100},
                              {{"small", {.tokens_per_minute = 10}}});
  auto held = tested->try_reserve("small", {.tokens = 10}, at(seconds(0)));
  ASSERT_TRUE(held);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(outcome(tested->try_reserve("small", {.tokens = 10}, at(seconds(0)))),
              "TPM of model");
  }
  Standing standing;
  ASSERT_TRUE(tested->try_reserve("large", {.tokens = 90}, at(seconds(0)), &standing));
  EXPECT_EQ(standing.requests.remaining, 8);
  EXPECT_EQ(standing.tokens.remaining, 0);
}

TEST(KeyLimiter, AClaimAboveTheLimitItselfIsNeverAdmitted) {
  const auto tested = limiter({.tokens_per_minute = 100});
  const auto refused = tested->try_reserve("m", {.tokens = 101}, at(seconds(0)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, Admission::kNever);
}

TEST(KeyLimiter, EachModelHasItsOwnCountsAndTheFirstEntryThatMatches) {
  const auto tested = limiter({}, {{"Qwen/Qwen3-8B", {}},
                                   {"Qwen/*", {.requests_per_minute = 1}},
                                   {"*", {.requests_per_minute = 2}}});
  const auto admitted = [&](std::string_view model) {
    int count = 0;
    while (count < 5 && tested->try_reserve(model, {}, at(seconds(0)))) ++count;
    return count;
  };
  EXPECT_EQ(admitted("Qwen/Qwen3-8B"), 5) << "the first entry sets it free";
  EXPECT_EQ(admitted("Qwen/a"), 1);
  EXPECT_EQ(admitted("Qwen/b"), 1);
  EXPECT_EQ(admitted("demo/a"), 2);
  EXPECT_EQ(admitted("Qwen/a"), 0);
}

TEST(KeyLimiter, SettlingGivesBackWhatWasNotUsed) {
  const auto tested = limiter({.tokens_per_minute = 100, .tokens_per_day = 1000},
                              {{"*", {.tokens_per_minute = 100, .images_per_day = 4}}});
  auto call = tested->try_reserve("m", {.tokens = 100, .images = 4}, at(seconds(0)));
  ASSERT_TRUE(call);
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 1}, at(seconds(1)))), "TPM");

  call->settle({.tokens = 30, .images = 1}, at(seconds(2)));
  EXPECT_TRUE(call->empty());
  call->settle({.tokens = 0}, at(seconds(2)));
  call->cancel(at(seconds(2)));

  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 71}, at(seconds(2)))), "TPM");
  EXPECT_EQ(outcome(tested->try_reserve("m", {.images = 4}, at(seconds(2)))), "IPD of model");
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 70, .images = 3}, at(seconds(2))));
}

TEST(KeyLimiter, UsingMoreThanReservedIsADebt) {
  const auto tested = limiter({.tokens_per_minute = 100});
  auto call = tested->try_reserve("m", {.tokens = 50}, at(seconds(0)));
  ASSERT_TRUE(call);

  call->settle({.tokens = 130}, at(seconds(40)));

  const auto refused = tested->try_reserve("m", {.tokens = 21}, at(seconds(50)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, seconds(50)) << "80 are charged at the settlement";
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 20}, at(seconds(60))));
}

TEST(KeyLimiter, ALateSettlementGivesBackOnlyWhereItStillCounts) {
  const auto tested = limiter({.tokens_per_minute = 100, .tokens_per_day = 150});
  auto call = tested->try_reserve("m", {.tokens = 100}, at(seconds(0)));
  ASSERT_TRUE(call);
  ASSERT_TRUE(tested->try_reserve("m", {.tokens = 50}, at(minutes(1))));

  call->settle({}, at(minutes(1)));

  Standing standing;
  EXPECT_TRUE(tested->try_reserve("m", {}, at(minutes(1)), &standing));
  EXPECT_EQ(standing.tokens.remaining, 50) << "the minute's charge had gone by itself";
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 50}, at(minutes(1)))) << "the day's came back";
}

TEST(KeyLimiter, ACancelledCallIsARequestAndNothingElse) {
  const auto tested =
      limiter({.requests_per_minute = 3, .tokens_per_minute = 100, .max_in_flight = 1});
  for (int i = 0; i < 3; ++i) {
    auto call = tested->try_reserve("m", {.tokens = 100}, at(seconds(0)));
    ASSERT_TRUE(call);
    call->cancel(at(seconds(0)));
  }
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 100}, at(seconds(0)))), "RPM");
}

TEST(KeyLimiter, AForgottenReservationGivesItsSlotBackAndKeepsItsEstimate) {
  const auto tested = limiter({.tokens_per_minute = 100, .max_in_flight = 1});
  {
    const auto call = tested->try_reserve("m", {.tokens = 60}, at(seconds(0)));
    ASSERT_TRUE(call);
    EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 40}, at(seconds(0)))), "concurrency");
  }
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 41}, at(seconds(0)))), "TPM");
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 40}, at(seconds(0))));
}

TEST(KeyLimiter, AReservationMovesAndKeepsItsLimiterAlive) {
  auto tested = limiter({.max_in_flight = 2});
  const std::weak_ptr<KeyLimiter> watched = tested;
  Reservation kept = *tested->try_reserve("m", {}, at(seconds(5)));
  EXPECT_EQ(kept.charged_at(), at(seconds(5)));
  Reservation other = *tested->try_reserve("m", {}, at(seconds(5)));
  EXPECT_EQ(outcome(tested->try_reserve("m", {}, at(seconds(5)))), "concurrency");

  kept = std::move(other);  // releases the first call's slot
  auto third = tested->try_reserve("m", {}, at(seconds(5)));
  EXPECT_TRUE(third);
  tested.reset();
  third->cancel(at(seconds(5)));
  EXPECT_FALSE(watched.expired());
  kept.settle({}, at(seconds(5)));
  EXPECT_TRUE(watched.expired());
}

TEST(KeyLimiter, ARequestThatIsNoCallCountsForTheKeyAlone) {
  const auto tested = limiter({.requests_per_minute = 2, .requests_per_day = 3, .max_in_flight = 1},
                              {{"*", {.requests_per_minute = 1}}});
  const auto call = tested->try_reserve("m", {}, at(seconds(0)));
  ASSERT_TRUE(call);
  Standing standing;
  EXPECT_TRUE(tested->try_take_request(at(seconds(0)), &standing)) << "needs no slot";
  EXPECT_EQ(standing.requests.limit, 2);
  EXPECT_EQ(standing.requests.remaining, 0);
  EXPECT_EQ(standing.requests.reset, minutes(1));

  const auto refused = tested->try_take_request(at(seconds(10)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().by, Dimension::requests_per_minute);
  EXPECT_EQ(refused.error().retry_after, seconds(50));
  EXPECT_TRUE(tested->try_take_request(at(minutes(1))));
  EXPECT_EQ(tested->try_take_request(at(minutes(1))).error().by, Dimension::requests_per_day);
}

TEST(KeyLimiter, StandingIsThatOfTheTighterOfKeyAndModel) {
  const auto tested = limiter({.requests_per_minute = 10, .tokens_per_minute = 50},
                              {{"tight", {.requests_per_minute = 3, .tokens_per_minute = 900}},
                               {"loose", {.requests_per_minute = 30}}});
  Standing standing;
  ASSERT_TRUE(tested->try_reserve("tight", {.tokens = 20}, at(seconds(0)), &standing));
  EXPECT_EQ(standing.requests.limit, 3);
  EXPECT_EQ(standing.requests.remaining, 2);
  EXPECT_EQ(standing.tokens.limit, 50);
  EXPECT_EQ(standing.tokens.remaining, 30);
  EXPECT_EQ(standing.tokens.reset, minutes(1));

  EXPECT_FALSE(tested->try_reserve("loose", {.tokens = 40}, at(seconds(6)), &standing));
  EXPECT_EQ(standing.requests.limit, 10);
  EXPECT_EQ(standing.requests.remaining, 9);
  EXPECT_EQ(standing.tokens.remaining, 30) << "told of a refusal too";
  EXPECT_EQ(standing.tokens.reset, seconds(54));
}

TEST(KeyLimiter, StandingIsThatOfTheModelWhereOnlyItIsLimited) {
  const auto tested = limiter({}, {{"m", {.requests_per_minute = 3}}});
  Standing standing;
  ASSERT_TRUE(tested->try_reserve("m", {}, at(seconds(0)), &standing));
  EXPECT_EQ(standing.requests.limit, 3);
  EXPECT_EQ(standing.requests.remaining, 2);
  EXPECT_EQ(standing.tokens.limit, 0);
}

TEST(KeyLimiter, ConfiguredAsItIsNothingChanges) {
  const std::vector<ModelLimits> of_models = {{"m", {.requests_per_minute = 1}}};
  const auto tested = limiter({.requests_per_minute = 5}, of_models);
  ASSERT_TRUE(tested->try_reserve("m", {}, at(seconds(0))));
  tested->configure({.requests_per_minute = 5}, of_models);
  EXPECT_EQ(outcome(tested->try_reserve("m", {}, at(seconds(1)))), "RPM of model");

  tested->configure({.requests_per_minute = 5}, {{"m", {.requests_per_minute = 2}}});
  EXPECT_TRUE(tested->try_reserve("m", {}, at(seconds(1))));
}

TEST(KeyLimiter, AReservationPutIntoItselfIsStillThere) {
  const auto tested = limiter({.max_in_flight = 1});
  auto call = *tested->try_reserve("m", {}, at(seconds(0)));
  auto& same = call;
  call = std::move(same);
  EXPECT_FALSE(call.empty());
  EXPECT_EQ(outcome(tested->try_reserve("m", {}, at(seconds(0)))), "concurrency");
}

TEST(KeyLimiter, ConfiguredLiveKeepsWhatWasCounted) {
  const auto tested = limiter({.requests_per_minute = 2}, {{"m", {.tokens_per_minute = 10}}});
  auto call = tested->try_reserve("m", {.tokens = 10}, at(seconds(0)));
  ASSERT_TRUE(call);

  tested->configure({.requests_per_minute = 3}, {{"*", {.tokens_per_minute = 15}}});
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 6}, at(seconds(1)))), "TPM of model");
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 5}, at(seconds(1))));
  EXPECT_TRUE(tested->try_reserve("other", {.tokens = 15}, at(seconds(1))));
  EXPECT_EQ(outcome(tested->try_reserve("other", {}, at(seconds(1)))), "RPM");

  tested->configure({}, {});
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 99}, at(seconds(1)))->empty());
  call->settle({.tokens = 1}, at(seconds(2)));
  tested->configure({}, {{"*", {.tokens_per_minute = 15}}});
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 10}, at(seconds(3)))), "TPM of model");
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 9}, at(seconds(3)))) << "1 and 5 are counted";
}

TEST(KeyLimiter, WhatAWindowDidNotCountItDoesNotGiveBack) {
  const auto tested = limiter({.requests_per_minute = 100});
  auto uncounted = tested->try_reserve("m", {.tokens = 50}, at(seconds(0)));
  tested->configure({.requests_per_minute = 100, .tokens_per_minute = 50}, {});
  ASSERT_TRUE(tested->try_reserve("m", {.tokens = 50}, at(seconds(0))));

  uncounted->cancel(at(seconds(0)));

  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 1}, at(seconds(0)))), "TPM");
}

TEST(KeyLimiter, IsIdleWhenNothingIsCountedOrInFlight) {
  const auto tested = limiter({.tokens_per_minute = 10}, {{"*", {.tokens_per_minute = 5}}});
  EXPECT_TRUE(tested->idle(at(seconds(0))));
  auto call = tested->try_reserve("m", {.tokens = 5}, at(seconds(0)));
  EXPECT_FALSE(tested->idle(at(seconds(0))));
  EXPECT_FALSE(tested->idle(at(hours(48)))) << "the call is in flight";
  call->settle({.tokens = 5}, at(seconds(10)));
  EXPECT_FALSE(tested->idle(at(seconds(59))));
  EXPECT_TRUE(tested->idle(at(seconds(60))));
}

TEST(KeyLimiter, IsNotIdleWhileTheKeyAloneCounts) {
  const auto tested = limiter({.requests_per_minute = 10}, {{"m", {.tokens_per_minute = 5}}});
  ASSERT_TRUE(tested->try_take_request(at(seconds(0))));
  EXPECT_FALSE(tested->idle(at(seconds(59))));
  EXPECT_TRUE(tested->idle(at(seconds(60))));
}

TEST(KeyLimiter, IsNotIdleWhileAModelAloneCounts) {
  const auto tested = limiter({}, {{"m", {.tokens_per_minute = 5}}});
  auto call = tested->try_reserve("m", {.tokens = 5}, at(seconds(0)));
  call->settle({.tokens = 5}, at(seconds(0)));
  EXPECT_FALSE(tested->idle(at(seconds(59))));
  EXPECT_TRUE(tested->idle(at(seconds(60))));
}

TEST(KeyLimiter, WhatModelsShareIsConfiguredWithTheirEntry) {
  const auto tested = limiter({}, {{"*", {.requests_per_minute = 1}}});
  for (std::size_t i = 0; i < KeyLimiter::kMaxModels; ++i) {
    ASSERT_TRUE(tested->try_reserve(fmt::format("model {}", i), {}, at(seconds(0))));
  }
  ASSERT_TRUE(tested->try_reserve("shared", {}, at(seconds(1))));
  ASSERT_EQ(outcome(tested->try_reserve("shared", {}, at(seconds(1)))), "RPM of model");

  tested->configure({}, {{"x*", {.requests_per_minute = 1}}, {"*", {.requests_per_minute = 2}}});
  EXPECT_TRUE(tested->try_reserve("shared", {}, at(seconds(1))));
  EXPECT_EQ(outcome(tested->try_reserve("shared", {}, at(seconds(1)))), "RPM of model");

  // Without its entry, the first pattern that matches the name applies.
  tested->configure({}, {{"?", {.requests_per_minute = 3}}});
  EXPECT_TRUE(tested->try_reserve("shared", {}, at(seconds(1)))->empty());
}

TEST(KeyLimiter, ModelsBeyondItsBoundShareOneCountAndAreNeverFree) {
  const auto tested = limiter({}, {{"*", {.requests_per_minute = 2}}});
  const auto name = [](std::size_t i) { return fmt::format("model {}", i); };
  for (std::size_t i = 0; i < KeyLimiter::kMaxModels; ++i) {
    ASSERT_TRUE(tested->try_reserve(name(i), {}, at(seconds(0))));
  }
  EXPECT_TRUE(tested->try_reserve("one more", {}, at(seconds(1))));
  EXPECT_TRUE(tested->try_reserve("and another", {}, at(seconds(1))));
  EXPECT_FALSE(tested->try_reserve("one more", {}, at(seconds(1))));
  EXPECT_TRUE(tested->try_reserve(name(0), {}, at(seconds(1)))) << "has its own";

  // The others expire at 60 s; the shared meters still count.
  EXPECT_FALSE(tested->try_reserve("one more", {}, at(seconds(60))));
  EXPECT_TRUE(tested->try_reserve("one more", {}, at(seconds(61))));
  EXPECT_TRUE(tested->try_reserve("and another", {}, at(seconds(61))));
  EXPECT_TRUE(tested->try_reserve("and another", {}, at(seconds(61))));
}

TEST(KeyLimiter, NoClaimMakesItOverflow) {
  const auto tested = limiter({.tokens_per_minute = 100});
  const Claim absurd{.tokens = INT64_MAX, .images = INT64_MIN};
  EXPECT_EQ(outcome(tested->try_reserve("m", absurd, at(seconds(0)))), "TPM");
  for (int i = 0; i < 100; ++i) {
    auto call = tested->try_reserve("m", {}, at(seconds(0)));
    ASSERT_TRUE(call);
    call->settle(absurd, at(seconds(0)));
  }
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 1}, at(seconds(0)))), "TPM");
  EXPECT_TRUE(tested->try_reserve("m", {.tokens = 1}, at(minutes(1))));
}

TEST(KeyLimiter, SweptOverItsEdgesHoldsEachWindow) {
  // Calls each millisecond around the end of a minute and of a day.
  for (const nanoseconds edge : {nanoseconds(minutes(1)), nanoseconds(hours(24))}) {
    const bool day = edge > minutes(1);
    const Limits limits = day ? Limits{.tokens_per_day = 100} : Limits{.tokens_per_minute = 100};
    for (milliseconds offset{-50}; offset <= milliseconds(50); offset += milliseconds(1)) {
      const auto tested = limiter({}, {{"*", limits}});
      ASSERT_TRUE(tested->try_reserve("m", {.tokens = 60}, at(seconds(0))));
      ASSERT_TRUE(tested->try_reserve("m", {.tokens = 40}, at(edge / 2)));
      EXPECT_EQ(tested->try_reserve("m", {.tokens = 60}, at(edge + offset)).has_value(),
                offset >= milliseconds(0));
      EXPECT_FALSE(tested->try_reserve("m", {.tokens = 61}, at(edge + offset)));
    }
  }
}

/// "RPM 1/3", "m TPM 40/100": limit and use of each, with the model.
std::vector<std::string> shown(KeyLimiter& limiter, MonotonicTime now,
                               std::vector<std::string_view> models = {}) {
  std::vector<std::string> all;
  for (const auto& one : limiter.uses(models, now)) {
    all.push_back(fmt::format("{}{}{} {}/{}", one.model, one.model.empty() ? "" : " ",
                              short_name(one.dimension), one.use.used, one.use.quota.limit));
  }
  return all;
}

using Texts = std::vector<std::string>;

TEST(KeyLimiter, ShowsEachLimitWithItsUse) {
  const auto tested = limiter({.requests_per_minute = 3, .tokens_per_day = 100, .max_in_flight = 2},
                              {{"Qwen/*", {.tokens_per_minute = 50}}, {"free", {}}});
  EXPECT_EQ(shown(*tested, at(seconds(0))),
            (Texts{"RPM 0/3", "TPD 0/100", "concurrency 0/2", "Qwen/* TPM 0/50"}));

  auto call = tested->try_reserve("Qwen/a", {.tokens = 40}, at(seconds(0)));
  ASSERT_TRUE(call);
  EXPECT_EQ(shown(*tested, at(seconds(1))), (Texts{"RPM 1/3", "TPD 40/100", "concurrency 1/2",
                                                   "Qwen/* TPM 0/50", "Qwen/a TPM 40/50"}));
  const auto tokens = tested->uses({}, at(seconds(1)))[4].use.quota;
  EXPECT_EQ(tokens.remaining, 10);
  EXPECT_EQ(tokens.reset, seconds(59));

  call->settle({.tokens = 130}, at(seconds(2)));
  EXPECT_EQ(shown(*tested, at(seconds(3)))[1], "TPD 130/100") << "a debt";
  EXPECT_EQ(tested->uses({}, at(seconds(3)))[1].use.quota.remaining, 0);
  EXPECT_EQ(shown(*tested, at(hours(25))),
            (Texts{"RPM 0/3", "TPD 0/100", "concurrency 0/2", "Qwen/* TPM 0/50"}));
}

TEST(KeyLimiter, ShowsWhatAnEarlierProcessCounted) {
  TableMemory memory;
  const std::vector<ModelLimits> entries{{"Qwen/*", {.images_per_day = 9}}};
  const auto start = [&] {
    return std::make_shared<KeyLimiter>(Limits{.requests_per_day = 5}, entries, Spans{},
                                        &memory.table(), "key");
  };
  ASSERT_TRUE(start()->try_reserve("Qwen/a", {.images = 2}, memory.now().monotonic));
  memory.restart(seconds(10));

  const auto after = start();
  EXPECT_EQ(shown(*after, memory.now().monotonic, {"Qwen/a", "Qwen/b", "other"}),
            (Texts{"RPD 1/5", "Qwen/* IPD 0/9", "Qwen/a IPD 2/9"}));
  EXPECT_FALSE(memory.table().find(name_window(hash_scope("key", "Qwen/b"), "images_per_day")))
      << "looking takes no place";
}

TEST(KeyLimiter, SixtyFourThreadsTakeExactlyTheLimit) {
  for (const std::int64_t limit : {1, 100, 256, 1000}) {
    const auto tested = limiter({.requests_per_minute = limit});
    std::atomic<std::int64_t> admitted = 0;
    together([&](int thread) {
      for (int i = 0; i < 100; ++i) {
        // All within one window, each thread with its own steps.
        const auto now = at(nanoseconds(thread * 7919 + i * 104'729));
        if (tested->try_reserve("m", {}, now)) ++admitted;
      }
    });
    EXPECT_EQ(admitted, limit);
  }
}

TEST(KeyLimiter, ACallInProgressMayUseMoreUntilNothingIsLeft) {
  const auto tested =
      limiter({.requests_per_minute = 1, .tokens_per_minute = 100, .max_in_flight = 1},
              {{"*", {.tokens_per_day = 150}}});
  auto call = tested->try_reserve("m", {.tokens = 1}, at(seconds(0)));
  ASSERT_TRUE(call);
  EXPECT_FALSE(call->add({.tokens = 60}, at(seconds(10))));
  const auto refusal = call->add({.tokens = 60}, at(seconds(20)));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->by, Dimension::tokens_per_minute);
  // The minute is over, the model's day is not.
  const auto of_day = call->add({.tokens = 40}, at(seconds(90)));
  ASSERT_TRUE(of_day);
  EXPECT_EQ(of_day->by, Dimension::tokens_per_day);
  EXPECT_TRUE(of_day->of_model);
  call->settle({.tokens = 160}, at(seconds(90)));
  EXPECT_EQ(outcome(tested->try_reserve("m", {.tokens = 1}, at(seconds(90)))), "TPD of model");
  EXPECT_FALSE(call->add({.tokens = 1}, at(seconds(90)))) << "it has ended";
}

TEST(KeyLimiter, ACallWithoutLimitsMayUseAnything) {
  const auto free = limiter({});
  auto call = free->try_reserve("m", {}, at(seconds(0)));
  EXPECT_FALSE(call->add({.tokens = 1'000'000}, at(seconds(0))));
}

TEST(KeyLimiter, IsConfiguredWhileInUse) {
  const auto tested = limiter({.requests_per_minute = 100});
  std::atomic<std::int64_t> admitted = 0;
  together([&](int thread) {
    for (int i = 0; i < 100; ++i) {
      if (thread == 0) {
        tested->configure({.requests_per_minute = i % 2 == 0 ? 200 : 100},
                          {{"m*", {.max_in_flight = 1000}}});
      }
      auto call = tested->try_reserve(fmt::format("m{}", i % 3), {}, at(seconds(1)));
      if (!call) continue;
      ++admitted;
      call->settle({}, at(seconds(1)));
    }
  });
  EXPECT_GE(admitted, 100);
  EXPECT_LE(admitted, 200);
  EXPECT_FALSE(tested->idle(at(seconds(1))));
  EXPECT_TRUE(tested->idle(at(seconds(1) + minutes(1))));
}

}  // namespace
}  // namespace weir::limit
