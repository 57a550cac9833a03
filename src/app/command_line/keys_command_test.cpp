#include "app/command_line/keys_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(KeysCommand, EveryLimitHasALongAndAShortOption) {
  std::vector<std::string> options;
  for (const auto& row : limit::limit_rows()) options.push_back(limit_options(row));
  EXPECT_THAT(options, ElementsAre("--requests-per-minute,--rpm", "--tokens-per-minute,--tpm",
                                   "--images-per-minute,--ipm", "--requests-per-day,--rpd",
                                   "--tokens-per-day,--tpd", "--images-per-day,--ipd",
                                   "--max-in-flight,--concurrency"));
}

TEST(KeysCommand, ReadsLimitsOfModels) {
  const auto parsed = parse_model_limits(" Qwen/*  tpm=100000 concurrency=4 ");
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->models, "Qwen/*");
  EXPECT_EQ(parsed->limits, (limit::Limits{.tokens_per_minute = 100'000, .max_in_flight = 4}));

  EXPECT_EQ(parse_model_limits("llama3:8b=q4 rpd=1")->models, "llama3:8b=q4");
}

TEST(KeysCommand, RefusesLimitsOfModelsThatSayNothing) {
  const struct {
    const char* text;
    const char* said;
  } cases[] = {
      {"", "it sets no limit"},
      {"Qwen/*", "it sets no limit"},
      {"Qwen/* tpm=0", "it sets no limit"},
      {"Qwen/* qpm=5", "\"qpm=5\" is not a limit"},
      {"Qwen/* TPM=5", "\"TPM=5\" is not a limit"},
      {"Qwen/* tpm", "\"tpm\" has no integer value"},
      {"Qwen/* tpm=", "\"tpm=\" has no integer value"},
      {"Qwen/* tpm=5k", "\"tpm=5k\" has no integer value"},
      {"Qwen/* tpm=99999999999999999999", "has no integer value"},
      {"Qwen/* tpm=-5", "tokens_per_minute must be between"},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_model_limits(c.text);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_parameter);
    EXPECT_THAT(parsed.error().detail, HasSubstr(c.said)) << c.text;
  }
}

}  // namespace
}  // namespace weir::app
