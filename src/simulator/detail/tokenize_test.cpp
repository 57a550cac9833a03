#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"

namespace weir::simulator::detail {
namespace {

TEST(Tokenize, CountsATextOrMessages) {
  const auto text =
      json_of(post("/v1/tokenize", R"({"model":"demo/chat","prompt":"one two three"})"));
  EXPECT_EQ(integer_at(text, "/count"), 3);
  EXPECT_EQ(text.at("tokens").as_array().size(), 3U);
  const auto messages = json_of(post(
      "/tokenize", R"({"model":"demo/chat","messages":[{"role":"user","content":"one two"}]})"));
  EXPECT_EQ(integer_at(messages, "/count"), 2);
  EXPECT_EQ(post("/tokenize", R"({"model":"demo/chat"})").status, 400);
}

TEST(CountTokens, CountsWhatAMessageWouldReport) {
  const auto count = json_of(post("/v1/messages/count_tokens",
                                  R"({"model":"demo/chat","system":"Be kind.",)"
                                  R"("messages":[{"role":"user","content":"Hello"}]})"));
  EXPECT_EQ(integer_at(count, "/input_tokens"), 3);
  EXPECT_EQ(post("/messages/count_tokens", R"({"model":"demo/chat"})").status, 400);
}

TEST(CountTokens, CountsWhatAResponseWouldReport) {
  const auto count =
      json_of(post("/v1/responses/input_tokens",
                   R"({"model":"demo/chat","instructions":"Be kind.","input":"Hello"})"));
  EXPECT_EQ(string_at(count, "/object"), "response.input_tokens");
  const auto answer = json_of(
      post("/v1/responses", R"({"model":"demo/chat","instructions":"Be kind.","input":"Hello"})"));
  EXPECT_EQ(integer_at(count, "/input_tokens"), integer_at(answer, "/usage/input_tokens"));
}

}  // namespace
}  // namespace weir::simulator::detail
