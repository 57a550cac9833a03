#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPath = "/v1/chat/completions";

// A request that says hello, with `more` appended to its members.
std::string hello(std::string_view more = {}, std::string_view model = "demo/chat") {
  return R"({"model":")" + std::string(model) +
         R"(","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hello there!"}])" +
         std::string(more) + "}";
}

std::string streamed_text(const std::vector<boost::json::value>& events, std::string_view member,
                          std::int64_t index = 0) {
  std::string text;
  for (const auto& event : events) {
    for (const auto& choice : event.at("choices").as_array()) {
      if (integer_at(choice, "/index") != index) continue;
      const auto& delta = choice.at("delta").as_object();
      const auto* piece = delta.if_contains({member.data(), member.size()});
      if (piece) text += boost::json::value_to<std::string>(*piece);
    }
  }
  return text;
}

TEST(Chat, AnswersWithTheQuestionAndCountsItsWords) {
  Script script = post(kPath, hello());
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.end, End::normal);
  const auto body = json_of(std::move(script));
  const auto text = string_at(body, "/choices/0/message/content");
  EXPECT_TRUE(text.starts_with("You said: “Hello there!” ")) << text;
  EXPECT_EQ(string_at(body, "/object"), "chat.completion");
  EXPECT_EQ(string_at(body, "/model"), "demo/chat");
  EXPECT_EQ(string_at(body, "/choices/0/finish_reason"), "stop");
  EXPECT_EQ(integer_at(body, "/created"), 1'700'000'000);
  EXPECT_EQ(integer_at(body, "/usage/prompt_tokens"), 4);
  EXPECT_EQ(integer_at(body, "/usage/completion_tokens"), synthetic::count_tokens(text));
  EXPECT_EQ(integer_at(body, "/usage/total_tokens"), 4 + synthetic::count_tokens(text));
}

TEST(Chat, TheSameQuestionHasTheSameAnswerStreamedOrNot) {
  const auto whole = json_of(post(kPath, hello()));
  const auto events = events_of(post(kPath, hello(R"(,"stream":true)")));
  EXPECT_EQ(streamed_text(events, "content"), string_at(whole, "/choices/0/message/content"));
  EXPECT_EQ(text_of(post(kPath, hello())), text_of(post(kPath, hello())));
}

TEST(Chat, AStreamReadsLikeThis) {
  Script script = post(kPath, hello(R"(,"stream":true,"max_tokens":2)"
                                    R"(,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(script.content_type, "text/event-stream");
  EXPECT_FALSE(script.content_length);
  std::string text = text_of(std::move(script));
  const auto id = text.substr(text.find("chatcmpl-"), 25);
  for (auto at = text.find(id); at != text.npos; at = text.find(id))
    text.replace(at, id.size(), "ID");
  const std::string head =
      R"(data: {"id":"ID","object":"chat.completion.chunk","created":1700000000,)"
      R"("model":"demo/chat","choices":[)";
  const std::string tail = R"(],"system_fingerprint":"","usage":null})"
                           "\n\n";
  EXPECT_EQ(text,
            head + R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null})" +
                tail + head + R"({"index":0,"delta":{"content":"You"},"finish_reason":null})" +
                tail + head + R"({"index":0,"delta":{"content":" said:"},"finish_reason":null})" +
                tail + head + R"({"index":0,"delta":{"content":""},"finish_reason":"length"})" +
                tail + head +
                R"(],"system_fingerprint":"","usage":{"prompt_tokens":4,"completion_tokens":2,)"
                R"("total_tokens":6}})"
                "\n\ndata: [DONE]\n\n");
}

TEST(Chat, UsageIsToldInAStreamOnlyWhenAskedFor) {
  for (const auto& data : data_of(post(kPath, hello(R"(,"stream":true)")))) {
    EXPECT_EQ(data.find("usage"), std::string::npos) << data;
  }
}

TEST(Chat, MaxTokensCutsTheAnswerShort) {
  for (const auto* name : {"max_tokens", "max_completion_tokens"}) {
    const auto body = json_of(post(kPath, hello(R"(,")" + std::string(name) + R"(":5)")));
    EXPECT_EQ(string_at(body, "/choices/0/finish_reason"), "length");
    EXPECT_EQ(integer_at(body, "/usage/completion_tokens"), 5);
    EXPECT_EQ(synthetic::count_tokens(string_at(body, "/choices/0/message/content")), 5);
  }
}

TEST(Chat, TheDirectiveDecidesTheLength) {
  const auto body = json_of(post(kPath, hello(R"(,"simulator":{"tokens":777})")));
  EXPECT_EQ(string_at(body, "/choices/0/finish_reason"), "stop");
  EXPECT_EQ(synthetic::count_tokens(string_at(body, "/choices/0/message/content")), 777);
}

TEST(Chat, SeveralChoicesDifferAndAreAllCounted) {
  const auto body = json_of(post(kPath, hello(R"(,"n":3)")));
  const auto first = string_at(body, "/choices/0/message/content");
  const auto third = string_at(body, "/choices/2/message/content");
  EXPECT_NE(first, third);
  const auto second = string_at(body, "/choices/1/message/content");
  EXPECT_EQ(integer_at(body, "/usage/completion_tokens"), synthetic::count_tokens(first) +
                                                              synthetic::count_tokens(second) +
                                                              synthetic::count_tokens(third));

  const auto events = events_of(post(kPath, hello(R"(,"n":3,"stream":true)")));
  EXPECT_EQ(streamed_text(events, "content", 2), third);
}

TEST(Chat, AReasoningModelThinksFirst) {
  const auto body = json_of(post(kPath, hello("", "demo/chat-reasoning")));
  const auto thought = string_at(body, "/choices/0/message/reasoning_content");
  const auto text = string_at(body, "/choices/0/message/content");
  EXPECT_FALSE(thought.empty());
  EXPECT_EQ(integer_at(body, "/usage/completion_tokens_details/reasoning_tokens"),
            synthetic::count_tokens(thought));
  EXPECT_EQ(integer_at(body, "/usage/completion_tokens"),
            synthetic::count_tokens(thought) + synthetic::count_tokens(text));

  const auto events = events_of(post(kPath, hello(R"(,"stream":true)", "demo/chat-reasoning")));
  EXPECT_EQ(streamed_text(events, "reasoning_content"), thought);
  EXPECT_EQ(streamed_text(events, "content"), text);

  const auto without =
      json_of(post(kPath, hello(R"(,"enable_thinking":false)", "demo/chat-reasoning")));
  EXPECT_FALSE(without.at_pointer("/choices/0/message").as_object().contains("reasoning_content"));
}

TEST(Chat, PartsOfAMessageCountByTheirTexts) {
  const auto body = json_of(post(
      kPath, R"({"model":"demo/chat","messages":[{"role":"user","content":[)"
             R"({"type":"text","text":"What is"},{"type":"image_url","image_url":{"url":"x"}},)"
             R"({"type":"text","text":"this?"}]},{"role":"assistant","content":null}]})"));
  EXPECT_EQ(integer_at(body, "/usage/prompt_tokens"), 3);
  EXPECT_TRUE(
      string_at(body, "/choices/0/message/content").starts_with("You said: “What is\nthis?”"));
}

TEST(Chat, WrongMembersAreNamed) {
  const auto message = [](std::string_view more) {
    return string_at(json_of(post(kPath, hello(more))), "/message");
  };
  EXPECT_EQ(message(R"(,"n":9)"), "n: expected an integer from 1 to 8");
  EXPECT_EQ(message(R"(,"max_tokens":0)"), "max_tokens: expected an integer from 1 to 10000000");
  EXPECT_EQ(message(R"(,"max_tokens":1.5)"), "max_tokens: expected an integer from 1 to 10000000");
  EXPECT_EQ(message(R"(,"stream":"yes")"), "stream: expected true or false");
  EXPECT_EQ(post(kPath, hello(R"(,"max_tokens":null,"n":null)")).status, 200);
  for (const auto* messages :
       {"[]", "{}", "[1]", R"([{"role":1}])", R"([{"role":"user","content":1}])"}) {
    const auto body = R"({"model":"demo/chat","messages":)" + std::string(messages) + "}";
    EXPECT_EQ(post(kPath, body).status, 400) << messages;
  }
}

TEST(Chat, TokensKeepTheirPace) {
  const Settings pace{100ms, 10ms, 0ms, 0ms};
  Script whole = post(kPath, hello(R"(,"max_tokens":5)"), pace);
  EXPECT_EQ(whole.wait, 140ms);

  Script stream = post(kPath, hello(R"(,"max_tokens":3,"stream":true)"), pace);
  EXPECT_EQ(stream.wait, 100ms);
  std::vector<std::chrono::milliseconds> waits;
  for (const Step& step : steps_of(stream)) waits.push_back(step.wait);
  EXPECT_EQ(waits, (std::vector<std::chrono::milliseconds>{0ms, 0ms, 10ms, 10ms, 0ms, 0ms}));

  Script faster = post(kPath, hello(R"(,"max_tokens":5,"simulator":{"token_ms":1})"), pace);
  EXPECT_EQ(faster.wait, 104ms);
}

TEST(Chat, SeveralChoicesAreToldSideBySide) {
  const Settings pace{100ms, 10ms, 0ms, 0ms};
  Script stream = post(kPath, hello(R"(,"max_tokens":2,"n":2,"stream":true)"), pace);
  std::chrono::milliseconds total{0};
  for (const Step& step : steps_of(stream)) total += step.wait;
  EXPECT_EQ(total, 10ms);
}

}  // namespace
}  // namespace weir::simulator::detail
