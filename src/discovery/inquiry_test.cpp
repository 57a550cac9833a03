#include "discovery/inquiry.hpp"

#include <gtest/gtest.h>

#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery {
namespace {

using kinds::kAskedAt;

Inquiry inquiry_of(std::string_view slug) { return {*find_kind(slug), kAskedAt}; }

TEST(Inquiry, AnswersMayComeInAnyOrder) {
  auto inquiry = inquiry_of("sglang");
  const auto asks = inquiry.next();
  ASSERT_EQ(asks.size(), 2U);
  inquiry.answer(1, Answer{200, R"({"is_generation":false})"});
  inquiry.answer(0, Answer{200, R"({"data":[{"id":"m"}]})"});
  EXPECT_TRUE(inquiry.next().empty());
  EXPECT_EQ(kinds::show(inquiry.listing()->models.front()), "m {embedding}");
}

TEST(Inquiry, AsksNothingMoreAfterARequiredFailure) {
  auto inquiry = inquiry_of("ollama");
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, fail(Errc::upstream_unreachable, "refused"));
  EXPECT_TRUE(inquiry.next().empty());
  EXPECT_EQ(inquiry.listing().error().text(), "upstream_unreachable: refused");
}

TEST(Inquiry, WhatIsNotAnsweredCountsAsCancelled) {
  auto inquiry = inquiry_of("openai");
  EXPECT_EQ(inquiry.listing().error().code, Errc::cancelled);
  ASSERT_EQ(inquiry.next().size(), 1U);
  EXPECT_EQ(inquiry.listing().error().code, Errc::cancelled);
  EXPECT_TRUE(inquiry.next().empty());
}

TEST(Inquiry, IgnoresAnAnswerToNothing) {
  auto inquiry = inquiry_of("openai");
  inquiry.answer(0, Answer{200, "[]"});
  EXPECT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(7, Answer{200, "[]"});
  EXPECT_EQ(inquiry.listing().error().code, Errc::cancelled);
}

TEST(Inquiry, StopsWhenItsAnswersAreTooLarge) {
  auto inquiry = inquiry_of("anthropic");
  const std::string padding(kMaxRoundBytes / 4, ' ');
  std::size_t rounds = 0;
  for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
    inquiry.answer(0, Answer{200, padding + fmt::format(R"({{"data":[{{"id":"m{}"}}],
        "has_more":true,"last_id":"m{}"}})",
                                                        rounds, rounds)});
    ++rounds;
  }
  EXPECT_EQ(rounds, 4U);
  EXPECT_EQ(inquiry.listing().error().code, Errc::upstream_answer_too_large);
}

TEST(Inquiry, CanBeMovedBetweenSteps) {
  auto first = inquiry_of("openai");
  ASSERT_EQ(first.next().size(), 1U);
  Inquiry second = std::move(first);
  second.answer(0, Answer{200, R"([{"id":"m"}])"});
  EXPECT_EQ(second.listing()->models.size(), 1U);
}

}  // namespace
}  // namespace weir::discovery
