#include "codec/json_value.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "codec/json_text.hpp"

namespace weir::codec {
namespace {

TEST(JsonString, GivesWhatItStandsFor) {
  struct Case {
    std::string_view raw;
    std::optional<std::string> text;
  };
  const Case cases[] = {
      {R"("")", ""},
      {R"("Qwen/Qwen3-8B")", "Qwen/Qwen3-8B"},
      {R"("a\"\\\/\b\f\n\r\tz")", "a\"\\/\b\f\n\r\tz"},
      {R"("\u0041\u00e9\u4E2D\ud83d\ude00")", "Aé中😀"},
      {R"("é中😀")", "é中😀"},
      {R"("\u0000")", std::string(1, '\0')},
      {R"("\ud83d")", std::nullopt},
      {R"("\ude00\ud83d")", std::nullopt},
      {R"("\ud83dx")", std::nullopt},
      {R"("\u12g4")", std::nullopt},
      {R"("\u12")", std::nullopt},
      {R"("\x")", std::nullopt},
      {R"("\")", std::nullopt},
      {R"("a"b")", std::nullopt},
      {"\"a\nb\"", std::nullopt},
      {"\"\xFF\"", std::nullopt},
      {"\"\xED\xA0\x80\"", std::nullopt},
      {"\"", std::nullopt},
      {"", std::nullopt},
      {"abc", std::nullopt},
      {"12", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_json_string(c.raw), c.text) << c.raw;
}

TEST(JsonString, UndoesTheWriter) {
  const std::string text = "a\"b\\\n\t\x01é中😀/";
  std::string raw;
  append_json_string(raw, text);
  EXPECT_EQ(parse_json_string(raw), text);
}

TEST(JsonInteger, TakesIntegersOnly) {
  struct Case {
    std::string_view raw;
    std::optional<std::int64_t> value;
  };
  const Case cases[] = {
      {"0", 0},
      {"-0", 0},
      {"512", 512},
      {"-7", -7},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"9223372036854775808", std::nullopt},
      {"1.5", std::nullopt},
      {"1.0", std::nullopt},
      {"1e3", std::nullopt},
      {"01", std::nullopt},
      {"-01", std::nullopt},
      {"+1", std::nullopt},
      {"-", std::nullopt},
      {"", std::nullopt},
      {" 1", std::nullopt},
      {"1 ", std::nullopt},
      {"\"1\"", std::nullopt},
      {"null", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_json_integer(c.raw), c.value) << c.raw;
}

}  // namespace
}  // namespace weir::codec
