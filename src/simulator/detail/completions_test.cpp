#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/completions";

TEST(Completions, AnswerEachPrompt) {
  const auto body =
      json_of(post(kPath, R"({"model":"demo/chat","prompt":["One two","Three"],"n":2})"));
  EXPECT_EQ(string_at(body, "/object"), "text_completion");
  EXPECT_EQ(body.at("choices").as_array().size(), 4U);
  EXPECT_TRUE(string_at(body, "/choices/0/text").starts_with("You said: “One two”"));
  EXPECT_TRUE(string_at(body, "/choices/3/text").starts_with("You said: “Three”"));
  EXPECT_EQ(integer_at(body, "/choices/3/index"), 3);
  EXPECT_EQ(integer_at(body, "/usage/prompt_tokens"), 3);
  std::int64_t tokens = 0;
  for (const auto& choice : body.at("choices").as_array()) {
    tokens += synthetic::count_tokens(string_at(choice, "/text"));
  }
  EXPECT_EQ(integer_at(body, "/usage/completion_tokens"), tokens);
}

TEST(Completions, StreamTheSameText) {
  const auto whole = json_of(post(kPath, R"({"model":"demo/chat","prompt":"Hi"})"));
  std::string text;
  std::string finish;
  for (const auto& event :
       events_of(post(kPath, R"({"model":"demo/chat","prompt":"Hi","stream":true})"))) {
    text += string_at(event, "/choices/0/text");
    const auto& reason = event.at_pointer("/choices/0/finish_reason");
    if (reason.is_string()) finish = string_at(event, "/choices/0/finish_reason");
  }
  EXPECT_EQ(text, string_at(whole, "/choices/0/text"));
  EXPECT_EQ(finish, "stop");
}

TEST(Completions, NeedAPrompt) {
  for (const auto* prompt :
       {"null", "[]", "[1]", R"("")", "{}", R"(["1","2","3","4","5","6","7","8","9"])"}) {
    const auto body = R"({"model":"demo/chat","prompt":)" + std::string(prompt) + "}";
    EXPECT_EQ(post(kPath, body).status, 400) << prompt;
  }
}

}  // namespace
}  // namespace weir::simulator::detail
