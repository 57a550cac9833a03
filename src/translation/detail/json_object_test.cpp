#include "translation/detail/json_object.hpp"

#include <gtest/gtest.h>

namespace weir::translation::detail {
namespace {

TEST(JsonObject, IsOneObjectAndNothingElse) {
  for (const std::string_view text :
       {"{}", " {\n} ", R"({"a":[1,{"b":null}],"c":"\ud83d\ude00"})", R"({"a":1e300})"}) {
    EXPECT_TRUE(is_json_object(text, 256)) << text;
  }
  for (const std::string_view text :
       {"", " ", "null", "[]", R"("{}")", "{", "{}{}", "{} x", R"({"a":1,})", R"({"a":NaN})",
        R"({"a":"\ud83d"})", "{\"a\":\"\xC3\"}", R"([{}])"}) {
    EXPECT_FALSE(is_json_object(text, 256)) << text;
  }
}

TEST(JsonObject, HasABoundedDepth) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(is_json_object(nested(8), 8));
  EXPECT_FALSE(is_json_object(nested(9), 8));
}

TEST(JsonObject, OneLineIsTheSameValue) {
  const struct {
    std::string_view text;
    std::string_view line;
  } cases[] = {
      {R"({"a":1})", R"({"a":1})"},
      {"{\n  \"a\": 1\r\n}\n", R"({  "a": 1})"},
      {"\"a\xE2\x80\xA8\xE2\x80\xA9\xC2\x85z\"", R"("a\u2028\u2029\u0085z")"},
      {"\"\xE2\x80\x9Cna\xC3\xAFve\xE2\x80\x9D \xC2\xA0\"",
       "\"\xE2\x80\x9Cna\xC3\xAFve\xE2\x80\x9D \xC2\xA0\""},
      {"\xE2", "\xE2"},
      {"", ""},
  };
  for (const auto& c : cases) {
    std::string out = "before\n";
    const auto begin = out.size();
    make_one_line(out += c.text, begin);
    EXPECT_EQ(out, "before\n" + std::string(c.line)) << c.text;
  }
}

}  // namespace
}  // namespace weir::translation::detail
