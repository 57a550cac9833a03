#include "upstream/affinity.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/stable_hash.hpp"

namespace weir::upstream {
namespace {

using enum AffinityResult;

constexpr int kCalls = 10'000;

std::uint64_t conversation(int number) {
  return stable_hash("conversation " + std::to_string(number));
}

std::vector<Candidate> upstreams(int count) {
  std::vector<Candidate> all(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    all[static_cast<std::size_t>(i)].id = stable_hash("upstream-" + std::to_string(i));
  }
  return all;
}

std::size_t chosen(const std::vector<Candidate>& all, std::uint64_t hash) {
  return pick_by_affinity(all, hash).value().index;
}

std::vector<double> shares(const std::vector<Candidate>& all) {
  std::vector<double> found(all.size());
  for (int i = 0; i < kCalls; ++i) found[chosen(all, conversation(i))] += 1.0 / kCalls;
  return found;
}

TEST(Affinity, ChoosesNothingWhereNothingIsUsable) {
  EXPECT_FALSE(pick_by_affinity({}, 7));
  EXPECT_FALSE(pick_by_affinity(std::vector<Candidate>{{.usable = false}}, 7));
}

TEST(Affinity, OneThatIsAloneIsChosenHoweverBusyAndFollowsNothing) {
  const std::vector<Candidate> all{{.usable = false}, {.in_flight = 1'000'000}};
  const auto picked = pick_by_affinity(all, 7);
  ASSERT_TRUE(picked);
  EXPECT_EQ(picked->index, 1U);
  EXPECT_EQ(picked->result, none);
}

TEST(Affinity, IdleUpstreamsAreSharedByWeight) {
  auto all = upstreams(4);
  for (const auto share : shares(all)) EXPECT_NEAR(share, 0.25, 0.02);
  const int weights[] = {1, 2, 3, 4};
  for (std::size_t i = 0; i < all.size(); ++i) all[i].weight = weights[i];
  const auto found = shares(all);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(found[i], weights[i] / 10.0, 0.02) << i;
}

TEST(Affinity, TheOrderOfTheCandidatesIsOfNoMatter) {
  auto all = upstreams(7);
  auto reversed = all;
  std::ranges::reverse(reversed);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(all[chosen(all, conversation(i))].id, reversed[chosen(reversed, conversation(i))].id);
  }
}

TEST(Affinity, OnlyTheCallsOfOneThatLeavesMoveAndTheyComeBack) {
  auto all = upstreams(5);
  std::vector<int> moved_to(all.size());
  for (int i = 0; i < kCalls; ++i) {
    const auto before = chosen(all, conversation(i));
    all[2].usable = false;
    const auto after = chosen(all, conversation(i));
    all[2].usable = true;
    if (before == 2) {
      ++moved_to[after];
    } else {
      EXPECT_EQ(after, before);
    }
    EXPECT_EQ(chosen(all, conversation(i)), before);
  }
  for (const std::size_t i : {0U, 1U, 3U, 4U})
    EXPECT_NEAR(moved_to[i], kCalls / 20.0, kCalls / 100.0);
}

TEST(Affinity, DoubtAndPriorityDecideFirst) {
  for (int i = 0; i < 100; ++i) {
    auto all = upstreams(4);
    all[0].priority = 1;
    all[1].in_doubt = true;
    all[2].usable = false;
    EXPECT_EQ(chosen(all, conversation(i)), 3U);
    all[3].in_doubt = true;
    EXPECT_NE(chosen(all, conversation(i)), 0U) << "all of the priority are in doubt";
  }
}

TEST(Affinity, NoneGetsMoreThanItsShareOfTheCallsInFlight) {
  const struct {
    std::vector<int> weights;
    int calls;
  } cases[] = {{{1, 1}, 40},        {{1, 1, 1}, 30}, {{1, 1, 1}, 1},
               {{1, 1, 1}, 7},      {{3, 1}, 40},    {{9, 1, 1}, 100},
               {{1, 1, 1, 1}, 500}, {{1000, 1}, 50}, {{1, 1, 1, 1, 1}, 6}};
  for (const auto& c : cases) {
    auto all = upstreams(static_cast<int>(c.weights.size()));
    int weights = 0;
    for (std::size_t i = 0; i < all.size(); ++i) weights += all[i].weight = c.weights[i];
    // All of one conversation, which ends nowhere.
    for (int call = 1; call <= c.calls; ++call) {
      const auto index = chosen(all, conversation(1));
      const double share = 1.25 * call * all[index].weight / weights;
      EXPECT_LE(++all[index].in_flight, std::ceil(share)) << call << " of " << c.calls;
    }
  }
}

TEST(Affinity, TheNextInOrderIsTheSameForAllThatAreMoved) {
  auto all = upstreams(5);
  for (auto& candidate : all) candidate.in_flight = 8;
  const auto first = pick_by_affinity(all, conversation(3)).value();
  EXPECT_EQ(first.result, followed);
  all[first.index].in_flight = 20;
  const auto second = pick_by_affinity(all, conversation(3)).value();
  EXPECT_EQ(second.result, moved);
  EXPECT_NE(second.index, first.index);
  all[first.index].usable = false;
  EXPECT_EQ(chosen(all, conversation(3)), second.index);
}

TEST(Affinity, OneThatIsFullIsPassedOverAndThatIsAMove) {
  auto all = upstreams(3);
  const auto first = chosen(all, conversation(5));
  all[first].is_full = true;
  all[first].priority += kFullPriority;
  const auto next = pick_by_affinity(all, conversation(5)).value();
  EXPECT_NE(next.index, first);
  EXPECT_EQ(next.result, moved);
  all[first].in_doubt = true;
  EXPECT_EQ(pick_by_affinity(all, conversation(5))->result, followed) << "it would get no call";
  all[first].in_doubt = false;
  for (auto& candidate : all) {
    candidate.is_full = true;
    candidate.priority = kFullPriority;
  }
  EXPECT_EQ(chosen(all, conversation(5)), first) << "it is waited for";
}

}  // namespace
}  // namespace weir::upstream
