#include "dialect/token_usage.hpp"

#include <gtest/gtest.h>

namespace weir::dialect {
namespace {

TEST(TokenUsage, ReadsTheShapesOfTheField) {
  using Count = std::optional<std::int64_t>;
  const struct {
    const char* object;
    Count input;
    Count output;
  } cases[] = {
      {R"({"prompt_tokens":3,"completion_tokens":4,"total_tokens":7})", 3, 4},
      {R"({"prompt_tokens":3,"total_tokens":3})", 3, {}},
      {R"({"total_tokens":5})", 5, {}},
      {R"({"input_tokens":2,"output_tokens":1})", 2, 1},
      {R"({"input_tokens":2,"cache_read_input_tokens":10,"cache_creation_input_tokens":5})",
       17,
       {}},
      {R"({"output_tokens":9})", {}, 9},
      {R"({"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens":0})",
       3, 0},
      {R"({"prompt_tokens":-3,"completion_tokens":"4"})", {}, {}},
      {"null", {}, {}},
      {"{}", {}, {}},
  };
  for (const auto& c : cases) {
    const auto usage = read_usage(c.object);
    EXPECT_EQ(usage.input, c.input) << c.object;
    EXPECT_EQ(usage.output, c.output) << c.object;
  }
}

TEST(TokenUsage, WhatNobodyCanMeanIsCutSoThatSumsStaySums) {
  const auto usage =
      read_usage(R"({"input_tokens":9223372036854775807,"output_tokens":9223372036854775807,)"
                 R"("cache_read_input_tokens":9223372036854775807})");
  EXPECT_EQ(usage.input, 2'000'000'000);
  EXPECT_EQ(usage.output, 1'000'000'000);
  EXPECT_EQ(usage.total(), 3'000'000'000);
  EXPECT_FALSE(read_usage(R"({"input_tokens":92233720368547758070})").known());
}

TEST(TokenUsage, OfAStreamCutShortTheEventsCountUnlessMoreWasReported) {
  using Count = std::optional<std::int64_t>;
  const struct {
    TokenUsage reported;
    std::uint64_t events;
    Count input;
    std::int64_t output;
    std::int64_t total;
  } cases[] = {
      {{.input = 25, .output = 1}, 1, 25, 1, 26},  // Anthropic's message_start, and nothing more
      {{.input = 25, .output = 1}, 400, 25, 400, 425},
      {{.input = 25, .output = 500}, 400, 25, 500, 525},
      {{.input = 25, .output = {}}, 3, 25, 3, 28},
      {{.input = 25, .output = {}}, 0, 25, 0, 25},
      {{.input = {}, .output = 2}, 7, {}, 7, 7},
  };
  for (const auto& c : cases) {
    const auto usage = cut_short(c.reported, c.events);
    EXPECT_EQ(usage.input, c.input) << c.total;
    EXPECT_EQ(usage.output, c.output) << c.total;
    EXPECT_EQ(usage.total(), c.total);
  }
}

TEST(TokenUsage, TheLaterFigureCounts) {
  TokenUsage usage{.input = 10, .output = 1};
  usage.take({.input = {}, .output = 25});
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.output, 25);
}

}  // namespace
}  // namespace weir::dialect
