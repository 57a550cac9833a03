#include "translation/detail/lenient_json.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::translation::detail {
namespace {

std::string text_in(std::string_view json) {
  const auto value = parse_lenient(json, 8);
  if (!value || !value->is_string()) return "none";
  return std::string(value->get_string());
}

TEST(LenientJson, HalfOfAPairIsReplaced) {
  EXPECT_EQ(text_in(R"("a\ud83d\ude00b")"),
            "a\xF0\x9F\x98\x80"
            "b");
  EXPECT_EQ(text_in(R"("a\ud83d")"), "a\xEF\xBF\xBD");
  EXPECT_EQ(text_in(R"("\uDE00a")"),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(text_in(R"("\ud83d\ud83d\ude00")"), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(text_in(R"("\ud83dx\\ud83d\n")"), "\xEF\xBF\xBDx\\ud83d\n");
  EXPECT_EQ(text_in("\"\\ud83d\xC3\""), "\xEF\xBF\xBD\xC3");
}

TEST(LenientJson, EverythingElseIsAsItWas) {
  EXPECT_EQ(text_in("\"a\xC3\""), "a\xC3");
  for (const char* text : {"", "{", "\"\\u12\"", "\"\\ud8\"", "[[[[[[[[[]]]]]]]]]", "\"\\x\""}) {
    EXPECT_FALSE(parse_lenient(text, 8)) << text;
  }
}

TEST(LenientJson, ValuesAreBounded) {
  const auto zeros = [](std::size_t count) {
    std::string text = "[0";
    for (std::size_t i = 1; i < count; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_GE(count_values(zeros(100)), 100U);
  EXPECT_TRUE(parse_lenient(zeros(100), 8));
  EXPECT_FALSE(parse_lenient(zeros(kMaxValues + 1), 8));
}

}  // namespace
}  // namespace weir::translation::detail
