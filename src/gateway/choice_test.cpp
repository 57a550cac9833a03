#include "gateway/choice.hpp"

#include <array>
#include <bitset>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using catalogue::Endpoint;

constexpr MonotonicTime kNow{1h};
constexpr auto kChat = Endpoint::chat_completions;

class ChoiceTest : public testing::Test {
 protected:
  ChoiceTest() {
    settings_.breaker.consecutive_failures = 1;
    settings_.breaker.first_refusal = 7s;
  }

  /// An upstream that serves chat. REQUIRES: before the first choice.
  Destination& add(const std::string& name) {
    Destination to;
    to.upstream = std::make_shared<upstream::Upstream>(
        upstream::Address{.name = name, .origin = {}, .tls = {}}, settings_, 8);
    to.heads[static_cast<std::size_t>(kChat)] = Secret("POST /v1/chat/completions HTTP/1.1\r\n");
    model_.routes.push_back({.upstream = name, .model = "m"});
    return destinations_.emplace_back(std::move(to));
  }

  Routes routes(const std::string* only = nullptr) {
    if (!directory_) directory_.emplace(destinations_, settings_, std::span(&model_, 1));
    return {model_, *directory_, endpoint_, only};
  }
  /// The choice, if it does not depend on `random`; empty: none.
  std::string chosen(std::uint64_t tried_bits = 0, const std::string* only = nullptr) {
    RouteSet tried;
    for (std::size_t i = 0; i < 64; ++i) tried.set(i, (tried_bits >> i & 1U) != 0);
    std::string name;
    for (std::uint64_t random : {0x0ULL, 0x7FFF'FFFF'FFFF'FFFFULL, ~0ULL}) {
      const auto choice = choose(routes(only), tried, random, kNow);
      const auto now_chosen = choice ? choice->route->upstream : std::string{};
      if (choice) {
        EXPECT_EQ(choice->destination, directory_->find(choice->route->upstream));
        EXPECT_EQ(choice->route, &model_.routes.at(choice->index));
      }
      if (random != 0) EXPECT_EQ(now_chosen, name);
      name = now_chosen;
    }
    return name;
  }

  static void fail(const Destination& to, const std::string& model = "m") {
    const auto health = to.upstream->health_of(model);
    const auto passes = to.upstream->try_admit(*health, false, kNow);
    to.upstream->report(*health, *passes, upstream::Outcome::server_error, 0, kNow);
  }

  upstream::Settings settings_;
  catalogue::Model model_{.id = "m"};
  std::vector<Destination> destinations_;
  std::optional<Directory> directory_;
  Endpoint endpoint_ = kChat;
};

TEST_F(ChoiceTest, ASessionGoesOnlyToAnUpstreamThatOpensSessions) {
  add("one");
  add("two").sessions.insert(kChat);
  auto session = routes();
  session.is_session = true;
  for (std::uint64_t random : {0x0ULL, ~0ULL}) {
    const auto choice = choose(session, {}, random, kNow);
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->route->upstream, "two");
  }
  EXPECT_TRUE(directory_->opens_sessions(kChat));
  EXPECT_FALSE(directory_->opens_sessions(Endpoint::responses));
}

TEST_F(ChoiceTest, TheLowestPriorityNumberIsFirstAndTheRoutesOwnCounts) {
  add("one").priority = 1;
  add("two").priority = 2;
  EXPECT_EQ(chosen(), "one");
  model_.routes[1].priority = 0;
  EXPECT_EQ(chosen(), "two");
}

TEST_F(ChoiceTest, WhatWasTriedIsNotTriedAgain) {
  add("one").priority = 1;
  add("two").priority = 2;
  EXPECT_EQ(chosen(0b01), "two");
  EXPECT_EQ(chosen(0b11), "");
}

TEST_F(ChoiceTest, WhereTheModelIsNoLongerSeenComesLast) {
  add("one").priority = 1;
  add("two").priority = 1000;
  model_.routes[0].status = catalogue::Status::unavailable;
  EXPECT_EQ(chosen(), "two");
  EXPECT_EQ(chosen(0b10), "one");
}

TEST_F(ChoiceTest, OfTwoAlikeTheLessBusyIsChosen) {
  const auto busy = add("one").upstream;
  add("two");
  ASSERT_TRUE(busy->slots().try_take());
  EXPECT_EQ(chosen(), "two");
}

TEST_F(ChoiceTest, WhoIsFullIsWaitedForOnlyIfAllAre) {
  constexpr int kRoom = 1;
  for (const auto* name : {"first", "second", "behind", "unseen"}) add(name);
  destinations_[2].priority = 1000;
  model_.routes[3].status = catalogue::Status::unavailable;
  const struct {
    std::bitset<4> full;
    std::uint64_t tried;
    const char* chosen;
  } cases[] = {
      {0b0001, 0b0000, "second"},
      {0b0010, 0b0000, "first"},
      {0b0011, 0b0000, "behind"},
      {0b0101, 0b0000, "second"},
      {0b0110, 0b0001, "second"},  // waiting for it comes before
                                   // waiting for the one behind
      {0b0111, 0b0001, "second"},
      {0b0111, 0b0011, "behind"},  // and before one that may not have
                                   // the model any more
      {0b0111, 0b0111, "unseen"},
      {0b1111, 0b0111, "unseen"},
      {0b1111, 0b0110, "first"},
  };
  for (auto& destination : destinations_) destination.upstream->configure(settings_, kRoom);
  for (const auto& c : cases) {
    for (std::size_t i = 0; i < destinations_.size(); ++i) {
      if (c.full[i]) ASSERT_TRUE(destinations_[i].upstream->slots().try_take());
    }
    EXPECT_EQ(chosen(c.tried), c.chosen) << c.full << " are full, tried: " << c.tried;
    for (std::size_t i = 0; i < destinations_.size(); ++i) {
      if (c.full[i]) destinations_[i].upstream->slots().release();
    }
  }
}

TEST_F(ChoiceTest, WhoDoesNotSpeakTheEndpointOrIsNotKnownIsLeftOut) {
  add("one").heads[static_cast<std::size_t>(kChat)] = Secret{};
  add("two").priority = 9;
  model_.routes.insert(model_.routes.begin(), {.upstream = "gone", .model = "m"});
  EXPECT_EQ(chosen(), "two");
}

TEST_F(ChoiceTest, WhatCallsHaveInCommonDecidesAmongTheHealthy) {
  settings_.breaker.consecutive_failures = 5;
  for (const auto* name : {"one", "two", "three"}) add(name);
  auto open = routes();
  open.affinity = 7;
  const auto at_first = choose(open, {}, 0, kNow);
  ASSERT_TRUE(at_first);
  EXPECT_EQ(at_first->affinity, upstream::AffinityResult::followed);
  EXPECT_EQ(choose(open, {}, ~0ULL, kNow)->index, at_first->index) << "nothing is drawn";

  RouteSet tried;
  tried.set(at_first->index, true);
  const auto next = choose(open, tried, 0, kNow);
  EXPECT_NE(next->index, at_first->index);
  fail(destinations_[at_first->index]);
  EXPECT_EQ(choose(open, {}, 0, kNow)->index, next->index) << "the first is in doubt";
  fail(destinations_[next->index]);
  const auto last = choose(open, {}, 0, kNow);
  EXPECT_EQ(last->affinity, upstream::AffinityResult::none) << "one is left";
}

TEST_F(ChoiceTest, OneThatHasItsShareOfTheCallsIsPassedOver) {
  for (const auto* name : {"one", "two"}) add(name);
  auto open = routes();
  open.affinity = 7;
  const auto first = choose(open, {}, 0, kNow)->index;
  auto& slots = destinations_[first].upstream->slots();
  ASSERT_TRUE(slots.try_take() && slots.try_take());
  const auto next = choose(open, {}, 0, kNow);
  EXPECT_NE(next->index, first);
  EXPECT_EQ(next->affinity, upstream::AffinityResult::moved);
  EXPECT_FALSE(choose(routes(), {}, 0, kNow)->affinity == upstream::AffinityResult::followed);
}

TEST_F(ChoiceTest, ARequestThatOneUpstreamHasGoesThere) {
  add("one");
  add("two");
  const std::string two = "two";
  const std::string other = "other";
  EXPECT_EQ(chosen(0, &two), "two");
  EXPECT_EQ(chosen(0b10, &two), "");
  EXPECT_EQ(chosen(0, &other), "");
}

TEST_F(ChoiceTest, ABreakerThatRefusesIsPassedBy) {
  add("one").priority = 1;
  add("two").priority = 2;
  fail(destinations_[0]);
  EXPECT_EQ(chosen(), "two");
}

TEST_F(ChoiceTest, AnyNumberOfRoutesIsLookedAt) {
  constexpr std::size_t kMany = 200;
  for (std::size_t i = 0; i < kMany; ++i) add(std::to_string(i));
  RouteSet tried;
  for (std::size_t i = 0; i + 1 < kMany; ++i) tried.set(i, true);
  const auto last = choose(routes(), tried, 0, kNow);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->index, kMany - 1);
  tried.set(kMany - 1, true);
  EXPECT_FALSE(choose(routes(), tried, 0, kNow));
  tried.set(7, false);
  EXPECT_EQ(choose(routes(), tried, 0, kNow)->index, 7U);
}

TEST_F(ChoiceTest, WhatOneModelDidDoesNotCountAgainstAnother) {
  add("one").priority = 1;
  add("two").priority = 2;
  fail(destinations_[0], "other");
  destinations_[0].upstream->health_of("other")->cool_down(30s, kNow);
  EXPECT_EQ(chosen(), "one");
  fail(destinations_[0]);
  EXPECT_EQ(chosen(), "two");
}

TEST_F(ChoiceTest, OneInDoubtIsChosenOnlyIfAllOfItsPriorityAre) {
  settings_.breaker.consecutive_failures = 5;
  for (const auto* name : {"one", "two", "three"}) add(name);
  fail(destinations_[0]);
  fail(destinations_[2]);
  EXPECT_EQ(chosen(), "two");
  destinations_[1].upstream->list_failed(false, kNow);
  EXPECT_EQ(chosen(0b011), "three");
}

TEST_F(ChoiceTest, NoneSpeaksTheEndpoint) {
  add("one");
  endpoint_ = Endpoint::messages;
  const auto none = why_none(routes(), kNow);
  EXPECT_EQ(none.code, Errc::wrong_endpoint);
  EXPECT_EQ(none.retry_after, std::nullopt);
}

TEST_F(ChoiceTest, NobodyHasTheModelOrTheRequest) {
  EXPECT_EQ(why_none(routes(), kNow).code, Errc::upstream_unavailable);
  EXPECT_EQ(why_none(routes(), kNow).retry_after, 1s);
}

TEST_F(ChoiceTest, TheUpstreamOfARequestIsGone) {
  add("one");
  const std::string other = "other";
  const auto none = why_none(routes(&other), kNow);
  EXPECT_EQ(none.code, Errc::upstream_unavailable);
  EXPECT_EQ(none.retry_after, 1s);
}

TEST_F(ChoiceTest, AllCoolDown) {
  add("one").upstream->health_of("m")->cool_down(30s, kNow);
  add("two").upstream->health_of("m")->cool_down(10s, kNow);
  const auto none = why_none(routes(), kNow + 500ms);
  EXPECT_EQ(none.code, Errc::upstream_rate_limited);
  EXPECT_EQ(none.retry_after, 10s) << "the first that is ready";
}

TEST_F(ChoiceTest, OneHasFailedAndTheOtherCoolsDown) {
  add("one").upstream->health_of("m")->cool_down(30s, kNow);
  fail(add("two"));
  const auto none = why_none(routes(), kNow);
  EXPECT_EQ(none.code, Errc::upstream_unavailable);
  EXPECT_EQ(none.retry_after, 7s);
}

TEST_F(ChoiceTest, WhoNeverFailedIsToBeAskedInASecondToo) {
  add("one");
  EXPECT_EQ(why_none(routes(), kNow).retry_after, 1s);
}

TEST_F(ChoiceTest, WhoIsReadyAgainIsToBeAskedInASecond) {
  fail(add("one"));
  EXPECT_EQ(why_none(routes(), kNow + 1min).retry_after, 1s);
}

struct Waiting final : upstream::Slots::Waiter {
  void granted() noexcept override {}
};

TEST_F(ChoiceTest, WhereAllAreFullTheQueuesAreEven) {
  settings_.queue_length = 8;
  for (const char* name : {"one", "two", "three"}) add(name);
  auto open = routes();
  for (const auto& to : destinations_) {
    while (!to.upstream->slots().is_full()) ASSERT_TRUE(to.upstream->slots().try_take());
  }
  for (const auto affinity : {std::optional<std::uint64_t>(7), std::optional<std::uint64_t>()}) {
    open.affinity = affinity;
    std::array<Waiting, 6> waiting;
    std::vector<upstream::Slots*> queues;
    for (auto& waiter : waiting) {
      const auto choice = choose(open, {}, 0, kNow);
      ASSERT_TRUE(choice);
      queues.push_back(&choice->destination->upstream->slots());
      ASSERT_EQ(queues.back()->enqueue(waiter), upstream::Slots::Place::queued);
    }
    for (const auto& to : destinations_) {
      EXPECT_LE(to.upstream->slots().waiting(), affinity ? 5 : 2) << to.upstream->address().name;
      if (!affinity) EXPECT_EQ(to.upstream->slots().waiting(), 2) << to.upstream->address().name;
    }
    for (std::size_t i = 0; i < waiting.size(); ++i) EXPECT_TRUE(queues[i]->leave(waiting[i]));
  }
  for (const auto& to : destinations_) {
    while (to.upstream->slots().in_flight() > 0) to.upstream->slots().release();
  }
}

}  // namespace
}  // namespace weir::gateway
