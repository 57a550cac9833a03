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

}  // namespace
}  // namespace weir::codec
