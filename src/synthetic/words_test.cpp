#include "synthetic/words.hpp"

#include <gtest/gtest.h>

#include "synthetic/prose.hpp"

namespace weir::synthetic {
namespace {

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  for (auto token = take_token(text); !token.empty(); token = take_token(text)) {
    tokens.emplace_back(token);
  }
  return tokens;
}

using Tokens = std::vector<std::string>;

TEST(Tokens, AreWordsWithTheBlanksBeforeThem) {
  EXPECT_EQ(tokens_of("one  two\nthree "), (Tokens{"one", "  two", "\nthree"}));
  EXPECT_EQ(tokens_of(" a"), (Tokens{" a"}));
  EXPECT_EQ(tokens_of(""), Tokens{});
  EXPECT_EQ(tokens_of(" \t\r\n"), Tokens{});
}

TEST(Tokens, AreSingleCharactersInChineseJapaneseAndKorean) {
  EXPECT_EQ(tokens_of("你好 Weir水"), (Tokens{"你", "好", " Weir", "水"}));
  EXPECT_EQ(tokens_of("かな"), (Tokens{"か", "な"}));
  EXPECT_EQ(tokens_of("한국"), (Tokens{"한", "국"}));
  EXPECT_EQ(tokens_of("𠀀𠀁"), (Tokens{"𠀀", "𠀁"}));
  EXPECT_EQ(tokens_of("naïve “été”"), (Tokens{"naïve", " “été”"}));
}

TEST(Tokens, SurviveWhatIsNotUtf8) {
  EXPECT_EQ(tokens_of("\xff\xe4 \xbd"), (Tokens{"\xff\xe4", " \xbd"}));
}

TEST(FirstTokens, LeaveOutTheBlanksAround) {
  EXPECT_EQ(first_tokens("  one two three", 2), "one two");
  EXPECT_EQ(first_tokens("one two ", 5), "one two");
  EXPECT_EQ(first_tokens("", 5), "");
}

TEST(SearchWords, AreLowerCaseWithoutPunctuation) {
  EXPECT_EQ(search_words("The \"River\", -- it's 2!"), (Tokens{"the", "river", "it's", "2"}));
}

TEST(Prose, HasTheLengthThatItSays) {
  for (const auto* question : {"", "Hello", "你好吗",
                               "One two three four five six seven eight nine ten "
                               "eleven twelve thirteen fourteen"}) {
    for (const auto& length : {Length{}, Length{300, {}}, Length{{}, 3}, Length{10, 400}}) {
      Prose prose(question, 9, length);
      const auto size = prose.size();
      const auto text = prose.rest();
      EXPECT_EQ(count_tokens(text), size) << text;
      EXPECT_TRUE(prose.next().empty());
    }
  }
}

TEST(Prose, UsuallyEndsWithASentence) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Prose prose("Hello", seed, {});
    EXPECT_GE(prose.size(), 50);
    EXPECT_LT(prose.size(), 80);
    EXPECT_FALSE(prose.is_cut());
    EXPECT_TRUE(prose.rest().ends_with('.'));
  }
}

TEST(Prose, FollowsItsSeed) {
  EXPECT_EQ(Prose("Hello", 1, {}).rest(), Prose("Hello", 1, {}).rest());
  EXPECT_NE(Prose("Hello", 1, {}).rest(), Prose("Hello", 2, {}).rest());
}

TEST(Prose, QuotesNoMoreThanTheStartOfALongQuestion) {
  const auto text = Prose("1 2 3 4 5 6 7 8 9 10 11 12 13", 1, {}).rest();
  EXPECT_TRUE(text.starts_with("You said: “1 2 3 4 5 6 7 8 9 10 11 12 …” This")) << text;
}

TEST(Prose, IsCutOnlyByALimitBelowItsLength) {
  EXPECT_TRUE(Prose("Hello", 1, {10, 9}).is_cut());
  EXPECT_FALSE(Prose("Hello", 1, {10, 10}).is_cut());
}

}  // namespace
}  // namespace weir::synthetic
