#include "app/command_line/chat_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHi = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
constexpr std::string_view kDone = "data: [DONE]\n\n";

struct Seen {
  std::string text;
  Result<> end;
};

Seen read(const std::string& body, std::size_t piece) {
  ChatStream stream;
  std::string text;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    text += stream.take(std::string_view(body).substr(at, piece));
  }
  return {text, stream.end()};
}

TEST(ChatStream, AWholeAnswerIsItsText) {
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    const auto seen = read(std::string(": hello\n\n") + std::string(kHi) + std::string(kHi) +
                               "data: {\"choices\":[],\"usage\":{}}\n\n" + std::string(kDone),
                           piece);
    EXPECT_EQ(seen.text, "hihi");
    EXPECT_TRUE(seen.end);
  }
  EXPECT_TRUE(read(std::string(kHi) + "data: [DONE]\n", 1000).end);
}

TEST(ChatStream, EachWayToFailIsAnError) {
  const std::string hi(kHi);
  const std::string done(kDone);
  const struct {
    std::string body;
    std::string_view text;
    std::string_view error;
  } cases[] = {
      {hi + "data: {\"error\":{\"message\":\"out of memory\"}}\n\n" + done, "hi", "out of memory"},
      {"data: {\"error\":\"busy\"}\n\n" + done, "", "busy"},
      {"data: {\"code\":1,\"message\":\"no\"}\n\n", "", "no"},
      {hi, "hi", "broke off"},
      {hi + "data: {\"choi", "hi", "broke off"},
      {"", "", "empty"},
      {"{\"choices\":[]}", "", "not a stream of events"},
      {"{\"error\":{\"message\":\"bad\"}}", "", "bad"},
      {"data: "
       "{\"choices\":[{\"delta\":{\"reasoning_content\":\"x\"},\"finish_reason\":\"length\"}]}"
       "\n\n" +
           done,
       "", "no text (finish_reason length)"},
      {done, "", "no text (finish_reason none)"},
      {hi + "data: " + std::string(std::size_t{17} << 20, 'x'), "hi", "more than"},
  };
  for (const auto& c : cases) {
    const auto seen = read(c.body, std::size_t{1} << 16);
    EXPECT_EQ(seen.text, c.text);
    ASSERT_FALSE(seen.end) << c.error;
    EXPECT_THAT(seen.end.error().detail, HasSubstr(c.error));
  }
}

}  // namespace
}  // namespace weir::app
