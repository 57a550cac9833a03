#include "app/command_line/keys_command.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

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

TEST(KeysCommand, NumbersTheNamesOfManyKeys) {
  EXPECT_THAT(*numbered_names("team", 3), ElementsAre("team-1", "team-2", "team-3"));
  EXPECT_EQ(numbered_names("team", kMostKeys)->size(), kMostKeys);
  for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{10'001}}) {
    EXPECT_THAT(numbered_names("team", count).error().detail, HasSubstr("1 to 10000"));
  }
}

TEST(KeysCommand, ReadsNamesFromTheLinesOfAFile) {
  const TemporaryDirectory directory;
  const auto names = [&](std::string_view text) {
    const std::string path = directory.path() + "/names";
    std::ofstream(path) << text;
    return names_from(path);
  };
  EXPECT_THAT(*names("ada\n\n  Grace Hopper \r\n\tlast"),
              ElementsAre("ada", "Grace Hopper", "last"));
  EXPECT_THAT(names("\n \n").error().detail, HasSubstr("not a single name"));
  std::string many;
  for (std::size_t i = 0; i <= kMostKeys; ++i) many += "a\n";
  EXPECT_THAT(names(many).error().detail, HasSubstr("it has 10001 names"));
  EXPECT_THAT(names_from(directory.path()).error().detail, HasSubstr("--from"));
  EXPECT_THAT(names_from(directory.path() + "/none").error().detail, HasSubstr("No such file"));
}

}  // namespace
}  // namespace weir::app
