#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/messages";

std::string hello(std::string_view more) {
  return R"({"model":"demo/chat","system":[{"type":"text","text":"Be kind."}],)"
         R"("messages":[{"role":"user","content":"Hello"}])" +
         std::string(more) + "}";
}

TEST(Messages, HaveAnthropicsShape) {
  const auto body = json_of(post(kPath, hello(R"(,"max_tokens":1000)")));
  EXPECT_EQ(string_at(body, "/type"), "message");
  EXPECT_EQ(string_at(body, "/role"), "assistant");
  EXPECT_EQ(string_at(body, "/stop_reason"), "end_turn");
  const auto text = string_at(body, "/content/0/text");
  EXPECT_TRUE(text.starts_with("You said: “Hello”")) << text;
  EXPECT_EQ(integer_at(body, "/usage/input_tokens"), 3);
  EXPECT_EQ(integer_at(body, "/usage/output_tokens"), synthetic::count_tokens(text));
}

TEST(Messages, AStreamReadsLikeThis) {
  std::string text = text_of(post(kPath, hello(R"(,"max_tokens":1,"stream":true)")));
  const auto id = text.substr(text.find("msg_"), 20);
  text.replace(text.find(id), id.size(), "ID");
  EXPECT_EQ(text,
            "event: message_start\n"
            R"(data: {"type":"message_start","message":{"id":"ID","type":"message",)"
            R"("role":"assistant","model":"demo/chat","content":[],"stop_reason":null,)"
            R"("stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":0}}})"
            "\n\nevent: content_block_start\n"
            R"(data: {"type":"content_block_start","index":0,)"
            R"("content_block":{"type":"text","text":""}})"
            "\n\nevent: ping\n"
            R"(data: {"type":"ping"})"
            "\n\nevent: content_block_delta\n"
            R"(data: {"type":"content_block_delta","index":0,)"
            R"("delta":{"type":"text_delta","text":"You"}})"
            "\n\nevent: content_block_stop\n"
            R"(data: {"type":"content_block_stop","index":0})"
            "\n\nevent: message_delta\n"
            R"(data: {"type":"message_delta","delta":{"stop_reason":"max_tokens",)"
            R"("stop_sequence":null},"usage":{"output_tokens":1}})"
            "\n\nevent: message_stop\n"
            R"(data: {"type":"message_stop"})"
            "\n\n");
}

TEST(Messages, NeedMaxTokens) {
  EXPECT_EQ(string_at(json_of(post(kPath, hello(""))), "/message"),
            "max_tokens: expected an integer");
}

}  // namespace
}  // namespace weir::simulator::detail
