#include "limit/token_forecast.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::limit {
namespace {

constexpr std::int64_t kAnswer = ModelForecast::kFirstAnswer;

TEST(ModelForecast, SaysWhatItCanOfAModelItHasNotSeen) {
  const struct {
    CallShape call;
    std::int64_t tokens;
    const char* why;
  } cases[] = {
      {{.body_bytes = 0}, 1 + kAnswer, "there is always some prompt"},
      {{.body_bytes = 3000}, 1000 + kAnswer, "a token is three bytes"},
      {{.body_bytes = 3000, .max_tokens = 50}, 1050, "the client's bound"},
      {{.body_bytes = 3000, .max_tokens = 0}, 1000, "no answer at all"},
      {{.body_bytes = 3000, .max_tokens = -1}, 1000 + kAnswer, "as many as you like"},
      {{.body_bytes = 3000, .max_tokens = 50, .answers = 4}, 1200, "each answer counts"},
      {{.body_bytes = 3000, .max_tokens = 50, .answers = -4}, 1050, "one answer at least"},
      {{.body_bytes = 3000, .max_tokens = 9000, .max_output_tokens = 200}, 1200, "model's bound"},
      {{.body_bytes = 3000, .max_tokens = 9000, .context_length = 4096}, 4096, "its context"},
      {{.body_bytes = 900'000, .context_length = 4096}, 4096, "for the prompt too"},
      {{.body_bytes = 3000, .max_tokens = 9000, .answers = 2, .context_length = 4096},
       8192,
       "once for each answer"},
      {{.body_bytes = 3000, .max_tokens = 50, .prompts = 200}, 11'000, "an answer to each prompt"},
      {{.body_bytes = 3000, .max_tokens = 50, .answers = 2, .prompts = 200}, 21'000, "or more"},
      {{.body_bytes = 300, .max_tokens = 0, .token_ids = 150}, 150, "tokens are as they are"},
      {{.body_bytes = 900'000, .max_tokens = 0, .prompts = 10, .context_length = 4096},
       40'960,
       "a context for each prompt"},
      {{.body_bytes = 3000, .context_length = -1, .max_output_tokens = 0},
       1000 + kAnswer,
       "a bound of 0 is none"},
  };
  const ModelForecast forecast;
  for (const auto& c : cases) EXPECT_EQ(forecast.estimate(c.call), c.tokens) << c.why;
}

TEST(ModelForecast, NoCallMakesItOverflow) {
  const ModelForecast forecast;
  const CallShape call{
      .body_bytes = SIZE_MAX, .max_tokens = INT64_MAX, .answers = INT64_MAX, .prompts = INT64_MAX};
  EXPECT_GT(forecast.estimate(call), 0);
  EXPECT_LT(forecast.estimate(call), INT64_MAX / 1'000'000);
}

TEST(ModelForecast, LearnsUpwardsQuicklyAndDownwardsSlowly) {
  ModelForecast forecast;
  const CallShape call{.body_bytes = 8000, .max_tokens = 0};
  for (int i = 0; i < 4; ++i) forecast.learn(8000, 6000, 0);
  EXPECT_GT(forecast.estimate(call), 5600);

  for (int i = 0; i < 4; ++i) forecast.learn(8000, 2000, 0);
  EXPECT_GT(forecast.estimate(call), 5000);
  for (int i = 0; i < 400; ++i) forecast.learn(8000, 2000, 0);
  EXPECT_NEAR(static_cast<double>(forecast.estimate(call)), 2000, 20);
}

TEST(ModelForecast, SeldomSaysTooLittleOfAPrompt) {
  // Chat text at 2.5 to 5 bytes per token.
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> bytes(1'100, 15'000);
  std::uniform_real_distribution<double> bytes_per_token(2.5, 5);
  ModelForecast forecast;
  int too_little = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto size = static_cast<std::size_t>(bytes(random));
    const auto tokens =
        static_cast<std::int64_t>(static_cast<double>(size) / bytes_per_token(random));
    if (forecast.estimate({.body_bytes = size, .max_tokens = 0}) < tokens) ++too_little;
    forecast.learn(size, tokens, 0);
  }
  EXPECT_LT(too_little, 5'000 / 5);
}

TEST(ModelForecast, ImagesInBodiesSayNothingOfText) {
  ModelForecast forecast;
  for (int i = 0; i < 1'000; ++i) forecast.learn(2'000'000, 1'500, 0);
  EXPECT_EQ(forecast.estimate({.body_bytes = 3000, .max_tokens = 0}), 1000);
  EXPECT_LT(forecast.estimate({.body_bytes = 2'000'000, .max_tokens = 0}), 2'500);
}

TEST(ModelForecast, AnAddressOfAnImageMakesNoBodyCountMoreThanItsBytes) {
  ModelForecast forecast;
  for (int i = 0; i < 100; ++i) forecast.learn(200, 1'500, 0);
  EXPECT_LE(forecast.estimate({.body_bytes = 200, .max_tokens = 0}), 201);
}

TEST(ModelForecast, AnswersRestWhereOneInTwentyIsLonger) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<std::int64_t> answers(1, 4'000);
  ModelForecast forecast;
  int longer = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t tokens = answers(random);
    if (i >= 2'000 && tokens > forecast.estimate({})) ++longer;
    forecast.learn(0, 0, tokens);
  }
  EXPECT_NEAR(longer / 18'000.0, 0.05, 0.02);
}

TEST(ModelForecast, TheFirstAnswersOfAModelReplaceTheGuess) {
  for (const std::int64_t tokens : {5, 40, 3000}) {
    ModelForecast forecast;
    for (int i = 0; i < 10; ++i) forecast.learn(0, 0, tokens + i % 3);
    EXPECT_GE(forecast.estimate({}), tokens + 1);
    EXPECT_LE(forecast.estimate({}), std::max<std::int64_t>(tokens * 3 / 2, 24));
  }
  // One long answer at first is forgotten as quickly.
  ModelForecast forecast;
  forecast.learn(0, 0, 3000);
  for (int i = 0; i < 9; ++i) forecast.learn(0, 0, 20);
  EXPECT_LT(forecast.estimate({}), 160);
}

TEST(ModelForecast, IgnoresWhatNoUpstreamCanMean) {
  ModelForecast forecast;
  forecast.learn(3000, -5, -5);
  forecast.learn(3000, INT64_MAX, INT64_MAX);
  forecast.learn(0, 100, 0);
  EXPECT_EQ(forecast.estimate({.body_bytes = 3000}), 1000 + kAnswer);
}

TEST(TokenForecast, LearnsEachModelByItself) {
  TokenForecast forecast;
  const CallShape call{.body_bytes = 3000, .max_tokens = 0};
  for (int i = 0; i < 20; ++i) forecast.learn("a", 3000, 2000, 0);

  EXPECT_GT(forecast.estimate("a", call), 1990);
  EXPECT_EQ(forecast.estimate("b", call), 1000);
}

TEST(TokenForecast, ScalesTextsByModelAndByDirection) {
  TokenForecast forecast;
  const WeighedText text{.weight = {{10'000, 0, 0}}, .parts = 0};
  EXPECT_EQ(forecast.answer_tokens("a", text), 100);
  EXPECT_TRUE(forecast.wants_sample("a"));
  for (int i = 0; i < 8; ++i) {
    forecast.learn_answer("a", text, 150);
    forecast.learn_prompt("a", text, 80);
  }
  EXPECT_EQ(forecast.answer_tokens("a", text), 150);
  EXPECT_EQ(forecast.prompt_tokens("a", text), 80);
  EXPECT_EQ(forecast.answer_tokens("b", text), 100);
  unsigned samples = 0;
  for (unsigned i = 0; i < TokenForecast::kSampleEach * 4; ++i) {
    samples += forecast.wants_sample("a") ? 1 : 0;
  }
  EXPECT_EQ(samples, 4U);
}

TEST(TokenForecast, ModelsBeyondItsBoundShareOneForecast) {
  TokenForecast forecast;
  const CallShape call{.body_bytes = 3000, .max_tokens = 0};
  for (std::size_t i = 0; i < TokenForecast::kMaxModels; ++i) {
    forecast.learn(fmt::format("model {}", i), 3000, 1000, 0);
  }
  for (int i = 0; i < 20; ++i) forecast.learn("one more", 3000, 2000, 0);

  EXPECT_GT(forecast.estimate("one more", call), 1990);
  EXPECT_GT(forecast.estimate("and another", call), 1990);
  EXPECT_EQ(forecast.estimate("model 0", call), 1000);
}

TEST(TokenForecast, ManyThreadsLearnAndAskAtOnce) {
  TokenForecast forecast;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&forecast, thread] {
      for (int i = 0; i < 2'000; ++i) {
        const auto model = fmt::format("model {}", (i * 7 + thread) % 1'500);
        forecast.learn(model, 3000, 1000, 100);
        EXPECT_GT(forecast.estimate(model, {.body_bytes = 3000}), 1000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace weir::limit
