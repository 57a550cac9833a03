#include "codec/resp.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

using Kind = RespValue::Kind;

std::optional<RespReply> parse(std::string_view bytes) { return parse_resp(bytes).value(); }

TEST(Resp, ReadsEveryKind) {
  EXPECT_EQ(parse("+OK\r\n")->value, (RespValue{Kind::text, "OK"}));
  EXPECT_EQ(parse("-ERR no\r\n")->value, (RespValue{Kind::error, "ERR no"}));
  EXPECT_EQ(parse(":-7\r\n")->value, (RespValue{Kind::integer, {}, -7}));
  EXPECT_EQ(parse("$4\r\na\r\nb\r\n")->value, (RespValue{Kind::text, "a\r\nb"}));
  EXPECT_EQ(parse("$-1\r\n")->value, RespValue{});
  EXPECT_EQ(parse("*-1\r\n")->value, RespValue{});
  const RespValue inner{Kind::array, {}, 0, {{Kind::integer, {}, 1}}};
  EXPECT_EQ(parse("*2\r\n*1\r\n:1\r\n+a\r\n")->value,
            (RespValue{Kind::array, {}, 0, {inner, {Kind::text, "a"}}}));
}

TEST(Resp, APartIsNotYetAReplyAndTheRestIsLeft) {
  const std::string whole = "*2\r\n$3\r\nabc\r\n:12\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse(whole.substr(0, size))) << size;
  }
  EXPECT_EQ(parse(whole + "+next\r\n")->size, whole.size());
}

TEST(Resp, RefusesWhatIsNoReply) {
  for (const auto* text :
       {"\r\n", "?\r\n", ":x\r\n", "$-2\r\n", "*-2\r\n", "$1\r\nabc\r\n", ":1 \r\n"}) {
    EXPECT_FALSE(parse_resp(text)) << text;
  }
}

TEST(Resp, RefusesWhatExceedsItsBounds) {
  const RespBounds bounds{.bytes = 8, .items = 3, .depth = 1};
  EXPECT_FALSE(parse_resp("$9\r\n", bounds));
  EXPECT_FALSE(parse_resp("+too long a line", bounds));
  EXPECT_FALSE(parse_resp("*3\r\n:1\r\n:1\r\n:1\r\n", bounds));
  EXPECT_FALSE(parse_resp("*1\r\n*1\r\n:1\r\n", bounds));
}

TEST(Resp, WritesRequestsAsArrays) {
  const std::vector<std::string> arguments{"GET", "a b"};
  EXPECT_EQ(format_resp(arguments), "*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
}

}  // namespace
}  // namespace weir::codec
