#include "upstream/picker.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

/// How often each candidate is chosen.
std::vector<int> shares(const std::vector<Candidate>& candidates, int draws = 100'000) {
  std::mt19937_64 random(7);
  std::vector<int> counts(candidates.size());
  for (int i = 0; i < draws; ++i) {
    const auto chosen = pick(candidates, random());
    if (chosen) ++counts.at(*chosen);
  }
  return counts;
}

TEST(Picker, ChoosesNothingWhereNothingIsUsable) {
  EXPECT_EQ(pick({}, 0), std::nullopt);
  const std::vector<Candidate> candidates{{.usable = false}, {.usable = false}};
  EXPECT_EQ(pick(candidates, 12'345), std::nullopt);
}

TEST(Picker, ChoosesTheOnlyUsableOneHoweverBusy) {
  const std::vector<Candidate> candidates{
      {.usable = false}, {.weight = 3, .in_flight = 1'000'000}, {.usable = false}};
  EXPECT_EQ(shares(candidates, 100), (std::vector{0, 100, 0}));
}

TEST(Picker, TakesTheBestPriorityThatHasAUsableOne) {
  std::vector<Candidate> candidates{{.priority = 20},
                                    {.priority = 10, .in_flight = 500},
                                    {.priority = 0, .usable = false},
                                    {.priority = 10}};
  EXPECT_EQ(shares(candidates, 100), (std::vector{0, 0, 0, 100}));
  candidates[3].usable = false;
  EXPECT_EQ(shares(candidates, 100), (std::vector{0, 100, 0, 0}));
  candidates[2].usable = true;
  EXPECT_EQ(shares(candidates, 100), (std::vector{0, 0, 100, 0}));
}

TEST(Picker, OneInDoubtLosesHoweverIdleItIs) {
  EXPECT_EQ(shares({{.in_flight = 9}, {.in_doubt = true}}, 100), (std::vector{100, 0}));
  EXPECT_EQ(shares({{.weight = 1}, {.weight = 1000, .in_doubt = true}}, 100),
            (std::vector{100, 0}));
  EXPECT_EQ(shares({{.in_flight = 3, .in_doubt = true}, {.in_flight = 2, .in_doubt = true}}, 100),
            (std::vector{0, 100}));
  EXPECT_EQ(shares({{.in_doubt = true}, {.usable = false}}, 100), (std::vector{100, 0}));
}

TEST(Picker, OfTwoTakesTheLessBusy) {
  EXPECT_EQ(shares({{.in_flight = 3}, {.in_flight = 2}}, 100), (std::vector{0, 100}));
  EXPECT_EQ(shares({{.weight = 4, .in_flight = 7}, {.weight = 1, .in_flight = 2}}, 100),
            (std::vector{100, 0}));
}

TEST(Picker, TakesTheLeastBusyOfFew) {
  EXPECT_EQ(shares({{.in_flight = 9}, {.in_flight = 1}, {.in_flight = 5}}, 100),
            (std::vector{0, 100, 0}));
  EXPECT_EQ(shares({{.weight = 5, .in_flight = 9}, {.in_flight = 2}, {.in_flight = 5}}, 100),
            (std::vector{100, 0, 0}));
}

TEST(Picker, DrawsAmongTheLeastBusyByWeight) {
  const auto counts =
      shares({{.weight = 1, .in_flight = 1}, {.weight = 3, .in_flight = 3}, {.in_flight = 2}});
  EXPECT_NEAR(counts[0], 25'000, 1'000);
  EXPECT_NEAR(counts[1], 75'000, 1'000);
  EXPECT_EQ(counts[2], 0);
}

TEST(Picker, EightCallsToThreeAreNeverMoreThanThreeAtOne) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 1'000; ++round) {
    std::vector<Candidate> candidates(3);
    for (int i = 0; i < 8; ++i) ++candidates[pick(candidates, random()).value()].in_flight;
    for (const auto& candidate : candidates) EXPECT_LE(candidate.in_flight, 3);
  }
}

TEST(Picker, NeverTakesTheBusiestOfMany) {
  std::vector<Candidate> candidates(kComparedAll + 1, {.in_flight = 5});
  candidates[0].in_flight = 9;
  candidates[1].in_flight = 1;
  const auto counts = shares(candidates);
  EXPECT_EQ(counts[0], 0);
  // It is one of the two that are drawn in 2 of 9 cases.
  EXPECT_NEAR(counts[1], 22'222, 1'000);
}

TEST(Picker, CallsIdleOnesByTheirWeights) {
  const auto counts = shares({{.weight = 1}, {.weight = 3}, {.usable = false}, {.weight = 6}});
  EXPECT_NEAR(counts[0], 10'000, 1'000);
  EXPECT_NEAR(counts[1], 30'000, 1'000);
  EXPECT_NEAR(counts[3], 60'000, 1'000);
}

TEST(Picker, LoadSettlesAtTheWeights) {
  std::vector<Candidate> candidates{{.weight = 10}, {.weight = 20}, {.weight = 70}};
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) ++candidates[pick(candidates, random()).value()].in_flight;
  EXPECT_NEAR(candidates[0].in_flight, 1'000, 50);
  EXPECT_NEAR(candidates[1].in_flight, 2'000, 50);
  EXPECT_NEAR(candidates[2].in_flight, 7'000, 50);
}

TEST(Picker, EveryRandomNumberGivesAUsableOne) {
  const std::vector<Candidate> candidates{
      {.weight = 1'000}, {.usable = false}, {.weight = 1}, {.weight = 1'000, .in_flight = 3}};
  for (const std::uint64_t high : {0U, 1U, 0x7FFF'FFFFU, 0x8000'0000U, 0xFFFF'FFFFU}) {
    for (const std::uint64_t low : {0U, 1U, 0x7FFF'FFFFU, 0x8000'0000U, 0xFFFF'FFFFU}) {
      const auto chosen = pick(candidates, high << 32 | low);
      ASSERT_TRUE(chosen);
      EXPECT_TRUE(candidates[*chosen].usable);
    }
  }
}

}  // namespace
}  // namespace weir::upstream
