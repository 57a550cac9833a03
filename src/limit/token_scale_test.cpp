#include "limit/token_scale.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weir::limit {
namespace {

WeighedText weighed(std::string_view raw, std::int64_t parts = 0) {
  codec::TextMeter meter;
  meter.feed(raw);
  return {.weight = meter.weight(), .parts = parts};
}

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += " word";
  return text;
}

TEST(TokenScale, BeginsWithTheWeight) {
  const TokenScale scale(3);
  EXPECT_EQ(scale.estimate({}), 0);
  EXPECT_EQ(scale.estimate(weighed("a")), 1);
  EXPECT_EQ(scale.estimate(weighed(words(100))), 102);
  EXPECT_EQ(scale.estimate(weighed(words(100), 2)), 108);
  EXPECT_EQ(scale.estimate({.weight = {}, .parts = 0, .ids = 50}), 50);
}

TEST(TokenScale, TheFirstReportCountsFully) {
  TokenScale scale(3);
  scale.learn(weighed(words(100)), 204);
  EXPECT_NEAR(static_cast<double>(scale.estimate(weighed(words(50)))), 102, 1);
  EXPECT_EQ(scale.estimate(weighed("你好你好")), TokenScale(3).estimate(weighed("你好你好")));
}

TEST(TokenScale, TellsScriptsAndPartsApart) {
  // Words count 1.3, Han 0.5, and a message costs 7.
  std::mt19937_64 random(5);
  std::uniform_int_distribution<int> length(5, 400);
  TokenScale scale(3);
  const auto tokens = [](int latin, int han, int parts) {
    return static_cast<std::int64_t>(latin * 1.3 + han * 0.5 + parts * 7);
  };
  const auto text = [](int latin, int han, int parts) {
    auto raw = words(latin);
    for (int i = 0; i < han; ++i) raw += "你";
    return weighed(raw, parts);
  };
  for (int i = 0; i < 400; ++i) {
    const int latin = i % 3 == 0 ? 0 : length(random);
    const int han = i % 3 == 1 ? 0 : length(random);
    scale.learn(text(latin, han, i % 4 + 1), tokens(latin, han, i % 4 + 1));
  }
  for (const auto& [latin, han, parts] : {std::tuple{300, 0, 1}, {0, 300, 1}, {40, 40, 4}}) {
    const auto real = static_cast<double>(tokens(latin, han, parts));
    EXPECT_NEAR(static_cast<double>(scale.estimate(text(latin, han, parts))), real, real * 0.2)
        << latin << ' ' << han;
  }
}

TEST(TokenScale, IgnoresFiguresThatAreAboutSomethingElse) {
  TokenScale scale(3);
  scale.learn(weighed(words(100)), 50'000);
  scale.learn(weighed(words(1000)), 1);
  scale.learn(weighed(words(100)), 0);
  scale.learn(weighed(words(100)), -5);
  EXPECT_EQ(scale.reports(), 0);
  EXPECT_EQ(scale.estimate(weighed(words(100))), 102);
}

}  // namespace
}  // namespace weir::limit
