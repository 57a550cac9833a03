#include "base/ascii.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Ascii, ComparesHostNamesWhateverTheirCase) {
  EXPECT_TRUE(same_ignoring_case("API.Example.com", "api.example.COM"));
  EXPECT_TRUE(same_ignoring_case("", ""));
  EXPECT_FALSE(same_ignoring_case("api.example.com", "api.example.com."));
  EXPECT_FALSE(same_ignoring_case("\xC4", "\xE4")) << "bytes above ASCII have no case here";
  EXPECT_FALSE(same_ignoring_case("[", "{")) << "neighbours of the letters have none either";
}

TEST(Ascii, ComparesWithLowerCaseAtEveryLength) {
  const std::string lower_case = "@[`{x-trace-identifier0123456789";
  const std::string text = "@[`{X-Trace-IDENTIFIER0123456789";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    EXPECT_TRUE(equals_ignoring_case(text.substr(0, size), lower_case.substr(0, size))) << size;
    EXPECT_FALSE(equals_ignoring_case(text.substr(0, size), lower_case.substr(0, size) + 'a'));
  }
}

TEST(Ascii, OnlyCapitalLettersAreChangedEightAtATime) {
  for (int c = 0; c < 256; ++c) {
    const std::string text(8, static_cast<char>(c));
    const std::string lower_case(8, lower(static_cast<char>(c)));
    for (int other = 0; other < 256; ++other) {
      if (lower(static_cast<char>(other)) != static_cast<char>(other)) continue;
      const std::string expected(8, static_cast<char>(other));
      EXPECT_EQ(equals_ignoring_case(text, expected), expected == lower_case) << c << ' ' << other;
    }
  }
}

TEST(Ascii, TrimsBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n\f\v"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Ascii, TakesOneWordAfterAnother) {
  std::string_view rest = "  one two  three ";
  EXPECT_EQ(take_word(rest), "one");
  EXPECT_EQ(rest, "two  three ");
  EXPECT_EQ(take_word(rest), "two");
  EXPECT_EQ(take_word(rest), "three");
  EXPECT_EQ(take_word(rest), "");
  EXPECT_EQ(take_word(rest), "");
}

}  // namespace
}  // namespace weir
