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
      {R"({"input_tokens":2,"output_tokens":1})", 2, 1},
      {R"({"input_tokens":2,"cache_read_input_tokens":10,"cache_creation_input_tokens":5})",
       17,
       {}},
      {R"({"output_tokens":9})", {}, 9},
      {R"({"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens":0})",
       3, 0},
      {R"({"prompt_tokens":-3,"completion_tokens":"4"})", {}, 4},
      {R"({"prompt_tokens":7.0,"completion_tokens":4e0})", 7, 4},
      {R"({"prompt_tokens":"7","completion_tokens":"4.0"})", 7, 4},
      {R"({"prompt_tokens":null,"completion_tokens":null})", {}, {}},
      {R"({"prompt_tokens":true,"completion_tokens":"many"})", {}, {}},
      {R"({"prompt_tokens":NaN,"completion_tokens":1e999})", {}, {}},
      // A share follows from the other and the total.
      {R"({"prompt_tokens":3,"total_tokens":7})", 3, 4},
      {R"({"completion_tokens":4,"total_tokens":7})", 3, 4},
      {R"({"prompt_tokens":3,"completion_tokens":0,"total_tokens":7})", 3, 4},
      {R"({"prompt_tokens":null,"completion_tokens":4,"total_tokens":7})", 3, 4},
      // A total that alone includes the reasoning, and one that means nothing.
      {R"({"prompt_tokens":3,"completion_tokens":4,"total_tokens":9,)"
       R"("completion_tokens_details":{"reasoning_tokens":2}})",
       3, 6},
      {R"({"prompt_tokens":3,"completion_tokens":4,"total_tokens":100})", 3, 4},
      {R"({"prompt_tokens":3,"completion_tokens":4,"total_tokens":1})", 3, 4},
      {R"({"prompt_eval_count":3,"eval_count":4})", 3, 4},
      {R"({"cache_n":2,"prompt_n":1,"predicted_n":4,"predicted_ms":12.5})", 3, 4},
      {R"({"promptTokenCount":3,"candidatesTokenCount":4,"thoughtsTokenCount":2})", 3, 6},
      {R"({"inputTokens":3,"outputTokens":4,"totalTokens":7})", 3, 4},
      // Reports of parts of the work are within the whole.
      {R"({"input_tokens":5,"iterations":[{"input_tokens":2,"output_tokens":1}]})", 5, {}},
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
  EXPECT_EQ(read_usage(R"({"input_tokens":92233720368547758070})").input, 1'000'000'000);
}

TEST(TokenUsage, ATotalAloneIsTheSum) {
  for (const char* report :
       {R"({"total_tokens":5})", R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":5})"}) {
    const auto usage = read_usage(report);
    EXPECT_TRUE(usage.known());
    EXPECT_EQ(usage.sum, 5);
    EXPECT_EQ(usage.total(), 5);
    EXPECT_FALSE(usage.input);
    EXPECT_FALSE(usage.output);
  }
}

TEST(TokenUsage, CachedAndReasoningTokensArePartsOfTheirTotals) {
  const struct {
    const char* object;
    std::optional<std::int64_t> cached;
    std::optional<std::int64_t> reasoning;
  } cases[] = {
      {R"({"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":1},)"
       R"("completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":3}})",
       4, 3},
      {R"({"input_tokens":9,"input_tokens_details":{"cached_tokens":4},)"
       R"("output_tokens":5,"output_tokens_details":{"reasoning_tokens":3}})",
       4, 3},
      {R"({"input_tokens":5,"cache_read_input_tokens":4})", 4, {}},
      {R"({"prompt_tokens":9,"cached_tokens":4})", 4, {}},
      {R"({"prompt_tokens":9,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":5})", 4, {}},
      {R"({"prompt_tokens":9,"prompt_tokens_details":null})", {}, {}},
      // Both names of SiliconFlow's, of which one may be 0.
      {R"({"prompt_tokens":9,"prompt_cache_hit_tokens":0,"prompt_tokens_details":)"
       R"({"cached_tokens":4}})",
       4,
       {}},
      {R"({"prompt_tokens":9,"prompt_cache_hit_tokens":4,"cached_tokens":0})", 4, {}},
      {R"({"prompt_tokens":9,"completion_tokens":5,"reasoning_tokens":3})", {}, 3},
      {R"({"promptTokenCount":9,"cachedContentTokenCount":4,"candidatesTokenCount":2,)"
       R"("thoughtsTokenCount":3})",
       4, 3},
      {R"({"input_tokens":2,"cache_read_input_tokens":4,"cache_creation_input_tokens":3})", 4, {}},
      {R"({"input_tokens":9,"cache_read_input_tokens":0,"cache_creation_input_tokens":0})", 0, {}},
      // A part is no more than its whole, and counted as its whole is.
      {R"({"prompt_tokens":9,"cached_tokens":10,"completion_tokens":5,"reasoning_tokens":7})", 9,
       5},
      {R"({"prompt_tokens":9,"cached_tokens":"4","completion_tokens":5,"reasoning_tokens":3.0})", 4,
       3},
      {R"({"prompt_tokens":9,"cached_tokens":-4,"completion_tokens":5,"reasoning_tokens":null})",
       {},
       {}},
      {R"({"prompt_tokens":9,"cached_tokens":true,"reasoning_tokens":3})", {}, 3},
  };
  for (const auto& c : cases) {
    const auto usage = read_usage(c.object);
    EXPECT_EQ(usage.input, 9) << c.object;
    EXPECT_EQ(usage.cached, c.cached) << c.object;
    EXPECT_EQ(usage.reasoning, c.reasoning) << c.object;
  }
}

TEST(TokenUsage, AudioIsCountedInSecondsThatBegan) {
  const struct {
    const char* object;
    std::int64_t seconds;
  } cases[] = {
      {R"({"type":"duration","seconds":9})", 9},
      {R"({"seconds":8.2})", 9},
      {R"({"seconds":9.0000001})", 9},
      {R"({"seconds":"0.3"})", 1},
      {R"({"seconds":0})", 0},
      {R"({"seconds":-2})", 0},
      {R"({"seconds":true})", 0},
      {R"({"duration":12.5})", 13},
      {R"({"prompt_audio_seconds":7,"prompt_tokens":3})", 7},
      {R"({"input_token_details":{"seconds":4}})", 0},
      {R"({"seconds":9223372036854775807})", 1'000'000'000},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read_usage(c.object).audio_seconds, c.seconds) << c.object;
  }
}

TEST(TokenUsage, AnEmptyLastReportTakesNothingBack) {
  auto usage = read_usage(R"({"prompt_tokens":5,"completion_tokens":4})");
  usage.take(read_usage(R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})"));
  EXPECT_EQ(usage.input, 5);
  EXPECT_EQ(usage.output, 4);
}

TEST(TokenUsage, AnEmptyLastReportWithoutTheCachedTokensTakesNothingBackEither) {
  auto usage = read_usage(R"({"input_tokens":10,"cache_read_input_tokens":5})");
  usage.take(read_usage(R"({"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":20})"));
  EXPECT_EQ(usage.input, 15);
  EXPECT_EQ(usage.output, 20);
}

TEST(TokenUsage, ALaterReportMayLeaveOutTheCachedTokens) {
  auto usage = read_usage(R"({"input_tokens":7,"cache_read_input_tokens":10,"output_tokens":1})");
  usage.take(read_usage(R"({"input_tokens":7,"output_tokens":9})"));
  EXPECT_EQ(usage.input, 17);
  usage.take(read_usage(R"({"input_tokens":8,"cache_read_input_tokens":10,"output_tokens":9})"));
  EXPECT_EQ(usage.input, 18);
  EXPECT_EQ(usage.output, 9);
}

TEST(TokenUsage, TheLaterFigureCounts) {
  TokenUsage usage{.input = 10, .output = 1};
  usage.take({.input = {}, .output = 25});
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.output, 25);
}

}  // namespace
}  // namespace weir::dialect
