#include "codec/text_weight.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TextWeight weigh(std::string_view raw) {
  TextMeter meter;
  meter.feed(raw);
  return meter.weight();
}

// Tokens of o200k_base and of cl100k_base, counted 2026-11.
TEST(TextWeight, IsNearWhatTokenizersCount) {
  const struct {
    const char* raw;
    double tokens;
    double within;
  } cases[] = {
      {"It was the best of times, it was the worst of times, it was the age of wisdom.", 20, 0.2},
      {"Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt "
       "ut labore et dolore magna aliqua.",
       22, 0.2},
      {R"(人工智能正在逐步改变我们的工作和沟通方式。)", 16, 0.35},
      {R"(\u4eba\u5de5\u667a\u80fd\u6b63\u5728)", 5, 0.35},
      {"Искусственный интеллект постепенно меняет то, как мы работаем и общаемся.", 19, 0.35},
      {R"(for (int i = 0; i < 10; ++i) {\n  sum += values[i];\n})", 27, 0.35},
  };
  for (const auto& c : cases) {
    EXPECT_NEAR(static_cast<double>(weigh(c.raw).total()) / 100, c.tokens, c.tokens * c.within)
        << c.raw;
  }
}

TEST(TextWeight, IsTheSameHoweverTheTextIsCut) {
  const std::string raw = R"(A word, \"quoted\" \u4f60\ud83d\ude00 été 12345\n  end 你好)";
  for (std::size_t size = 1; size <= raw.size(); ++size) {
    TextMeter meter;
    for (std::size_t at = 0; at < raw.size(); at += size) {
      meter.feed(std::string_view(raw).substr(at, size));
    }
    EXPECT_EQ(meter.weight(), weigh(raw)) << "pieces of " << size;
  }
}

TEST(TextWeight, AnEscapeWeighsWhatItsCharacterDoes) {
  EXPECT_EQ(weigh(R"(\u0041b)"), weigh("Ab"));
  EXPECT_EQ(weigh(R"(\u4f60)"), weigh("你"));
  EXPECT_EQ(weigh(R"(\ud83d\ude00)"), weigh("😀"));
  EXPECT_EQ(weigh(R"(\uD83D)").total(), weigh("😀").total());
  EXPECT_EQ(weigh(R"(\"\\\/)"), weigh("\"!/"));
}

TEST(TextWeight, ScriptsAreApart) {
  using Script = TextWeight::Script;
  auto words = weigh("hello world");
  EXPECT_EQ(words[Script::alphabetic], words.total());
  auto wide = weigh("你好");
  EXPECT_EQ(wide[Script::wide], wide.total());
  auto code = weigh("{1;");
  EXPECT_EQ(code[Script::code], code.total());
}

}  // namespace
}  // namespace weir::codec
