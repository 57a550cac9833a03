#include "codec/utf8.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(Utf8, SequenceLengthFollowsTheUnicodeTable) {
  struct Case {
    std::string_view bytes;
    std::size_t length;
  };
  const Case cases[] = {
      {"", 0},
      {"a", 1},
      {"\x7F", 1},
      {"\xC3\xA9", 2},
      {"\xE4\xB8\xAD", 3},
      {"\xF0\x9F\x98\x80", 4},
      {"\xF4\x8F\xBF\xBF", 4},
      {"\x80", 0},              // a continuation alone
      {"\xC0\xAF", 0},          // overlong
      {"\xE0\x80\xAF", 0},      // overlong
      {"\xF0\x80\x80\xAF", 0},  // overlong
      {"\xED\xA0\x80", 0},      // a surrogate
      {"\xF4\x90\x80\x80", 0},  // past U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"\xE4\xB8", 0},  // cut short
      {"\xE4\x28\xAD", 0},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(utf8_sequence_length(c.bytes), c.length) << testing::PrintToString(c.bytes);
  }
}

TEST(Utf8, TextIsUtf8OnlyIfAllOfItIs) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Qwen/通义"));
  EXPECT_FALSE(is_utf8("Qwen/\xFF"));
  EXPECT_FALSE(is_utf8("abc\xE4\xB8"));
}

TEST(Utf8, PrefixKeepsCharactersWhole) {
  EXPECT_EQ(utf8_prefix("abc", 5), "abc");
  EXPECT_EQ(utf8_prefix("abcdef", 3), "abc");
  EXPECT_EQ(utf8_prefix("a中b", 2), "a");
  EXPECT_EQ(utf8_prefix("a中b", 3), "a");
  EXPECT_EQ(utf8_prefix("a中b", 4), "a中");
  EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5).size(), 5U);
}

TEST(Utf8Checker, SaysTheSameHoweverTheTextIsCut) {
  const std::string_view texts[] = {"",
                                    "plain ASCII that is longer than a word",
                                    "é中😀 and more than eight bytes é中😀",
                                    "\xC3",
                                    "a\xE4\xB8",
                                    "\xF0\x9F\x98",
                                    "\xFF",
                                    "\xC0\x80",
                                    "\xED\xA0\x80",
                                    "\xE4\xB8z",
                                    "\xF4\x90\x80\x80",
                                    "12345678\x80",
                                    "\xF0\x80\x80\x80"};
  for (const auto text : texts) {
    for (std::size_t bytes : {1U, 2U, 3U, 5U, 100U}) {
      Utf8Checker checker;
      bool sound = true;
      for (std::size_t at = 0; sound && at < text.size(); at += bytes) {
        sound = checker.feed(text.substr(at, bytes));
      }
      EXPECT_EQ(sound && checker.complete(), is_utf8(text)) << text << " by " << bytes;
    }
  }
}

TEST(Utf8, SequencesOfThreeBytesAreJudgedAlikeByBothWays) {
  for (unsigned first = 0xE0; first < 0xF0; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      for (unsigned third : {0x00U, 0x7FU, 0x80U, 0xBFU, 0xC0U}) {
        const std::string text = {static_cast<char>(first), static_cast<char>(second),
                                  static_cast<char>(third), 'x'};
        EXPECT_EQ(utf8_multibyte_prefix(text), utf8_sequence_length(text)) << first << second;
      }
    }
  }
  // A bad byte at every position, in words and in blocks.
  std::string many;
  for (int i = 0; i < 20; ++i) many += "\xE4\xB8\xAD";
  EXPECT_EQ(utf8_multibyte_prefix(many), many.size());
  for (std::size_t at = 0; at < many.size(); ++at) {
    for (const unsigned byte : {0x20U, 0x7FU, 0x80U, 0xBFU, 0xC3U, 0xE0U, 0xEDU, 0xF0U, 0xFFU}) {
      auto text = many;
      text[at] = static_cast<char>(byte);
      std::size_t expected = 0;
      for (std::size_t length = 2; length > 1; expected += length > 1 ? length : 0) {
        length = utf8_sequence_length(std::string_view(text).substr(expected));
      }
      EXPECT_EQ(utf8_multibyte_prefix(text), expected) << at << ' ' << byte;
    }
  }
  EXPECT_EQ(utf8_multibyte_prefix("é中😀éx"), 11U);
  EXPECT_EQ(utf8_multibyte_prefix("中中\xE4\xB8"), 6U);
}

}  // namespace
}  // namespace weir::codec
