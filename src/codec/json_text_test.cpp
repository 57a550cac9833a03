#include "codec/json_text.hpp"

#include <cstdint>
#include <limits>
#include <random>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "codec/utf8.hpp"

namespace weir::codec {
namespace {

using namespace std::string_view_literals;

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, EscapesWhatMustBeEscapedAndNothingElse) {
  struct Case {
    std::string_view text;
    std::string_view json;
  };
  const Case cases[] = {
      {"", R"("")"},
      {"Qwen/Qwen3-8B", R"("Qwen/Qwen3-8B")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {"\0\x1F"sv, R"("\u0000\u001f")"},
      {"\x7F", "\"\x7F\""},
      {"é中😀", "\"é中😀\""},
      {"</script>", R"("</script>")"},
  };
  for (const auto& c : cases) EXPECT_EQ(as_json(c.text), c.json);
}

TEST(JsonText, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(as_json("a\xFFz"), "\"a\uFFFDz\"");
  EXPECT_EQ(as_json("\xE4\xB8"), "\"\uFFFD\uFFFD\"");
  EXPECT_EQ(as_json("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(as_json("\xC3\xA9\xC3"), "\"é\uFFFD\"");
}

TEST(JsonText, AnyBytesGiveAStringThatParsesBackToTheirUtf8Part) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    std::string text(random() % 24, ' ');
    for (char& c : text) c = static_cast<char>(random());
    const auto json = as_json(text);
    ASSERT_TRUE(is_utf8(json));
    const auto parsed = boost::json::parse(json);
    if (is_utf8(text)) ASSERT_EQ(parsed.as_string(), text);
  }
}

TEST(JsonWriter, PutsCommasAndColons) {
  std::string out = "x";
  JsonWriter json(out);
  json.begin_object();
  json.key("a").value("s").key("b").value(-1).key("c").value(true).key("d").null();
  json.key("e").begin_array().value(1).begin_object().end_object().begin_array().end_array();
  json.end_array().key("f").begin_object().end_object().end_object();
  EXPECT_EQ(out, R"(x{"a":"s","b":-1,"c":true,"d":null,"e":[1,{},[]],"f":{}})");
}

TEST(JsonWriter, WritesTheWholeRangeOfIntegers) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  json.value(std::numeric_limits<std::int64_t>::min());
  json.value(std::numeric_limits<std::uint64_t>::max()).value(std::uint8_t{255}).end_array();
  EXPECT_EQ(out, "[-9223372036854775808,18446744073709551615,255]");
}

TEST(JsonText, IsPlainUnlessAByteNeedsAnEscapeOrIsNotAscii) {
  for (std::size_t size = 0; size < 20; ++size) {
    EXPECT_TRUE(is_plain_json(std::string(size, 'a'))) << size;
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        const bool is_plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        ASSERT_EQ(is_plain_json(text), is_plain) << size << ' ' << at << ' ' << byte;
      }
    }
  }
}

TEST(JsonText, IntegersOfEveryLength) {
  for (std::uint64_t power = 1;; power *= 10) {
    for (const auto value : {power - 1, power, power + 5}) {
      std::string out;
      append_json_integer(out, value);
      EXPECT_EQ(out, std::to_string(value));
    }
    if (power == 10'000'000'000'000'000'000U) break;
  }
}

}  // namespace
}  // namespace weir::codec
