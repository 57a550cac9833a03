#include "translation/ollama_answer.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/answer_stream.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using Form = OllamaAnswer::Form;

constexpr std::int64_t kCalledAt = 1'700'000'000;

OllamaAnswer make(Form form = Form::chat, bool hides_thinking = false) {
  return OllamaAnswer({.model = "qwen3:latest",
                       .called_at = kCalledAt,
                       .form = form,
                       .hides_thinking = hides_thinking});
}

json::object whole(std::string_view message, Form form = Form::chat,
                   std::string_view finish = "stop") {
  auto ollama = make(form);
  ollama.at(std::chrono::nanoseconds(9));
  const auto answer = std::string(R"({"choices":[{"message":)")
                          .append(message)
                          .append(R"(,"finish_reason":")")
                          .append(finish)
                          .append(R"("}],"usage":{"prompt_tokens":5,"completion_tokens":7}})");
  return json::parse(ollama.rewrite(json::parse(answer).as_object())).as_object();
}

std::string delta(std::string_view members, std::string_view finish = "null") {
  return std::string(R"({"choices":[{"index":0,"delta":{)")
      .append(members)
      .append(R"(},"finish_reason":)")
      .append(finish)
      .append("}]}");
}

std::vector<json::object> stream(const std::vector<std::string>& events, Form form = Form::chat,
                                 bool hides_thinking = false) {
  auto ollama = make(form, hides_thinking);
  std::string out;
  int arrived = 0;
  for (const auto& event : events) {
    ollama.at(std::chrono::nanoseconds(10 * ++arrived));
    ollama.take(json::parse(event).as_object(), out);
  }
  ollama.end(out);
  EXPECT_FALSE(ollama.failed());
  EXPECT_TRUE(out.ends_with('\n'));
  std::vector<json::object> lines;
  for (std::string_view rest = out; !rest.empty();) {
    const auto end = rest.find('\n');
    lines.push_back(json::parse(rest.substr(0, end)).as_object());
    rest.remove_prefix(end + 1);
  }
  return lines;
}

TEST(OllamaAnswer, HasTheMembersThatClientsRead) {
  const auto answer = whole(R"({"role":"assistant","content":"hi","reasoning_content":"hm"})");
  EXPECT_EQ(json::serialize(answer),
            R"({"model":"qwen3:latest","created_at":"2023-11-14T22:13:20Z",)"
            R"("message":{"role":"assistant","content":"hi","thinking":"hm"},)"
            R"("done":true,"done_reason":"stop","total_duration":9,"load_duration":0,)"
            R"("prompt_eval_count":5,"prompt_eval_duration":0,"eval_count":7,"eval_duration":9})");
}

TEST(OllamaAnswer, OneOfGenerateIsAResponse) {
  const auto answer = whole(R"({"content":"hi"})", Form::generate, "length");
  EXPECT_EQ(answer.at("response"), "hi");
  EXPECT_FALSE(answer.contains("message"));
  EXPECT_EQ(answer.at("done_reason"), "length");
}

TEST(OllamaAnswer, TheArgumentsOfACallAreAnObject) {
  const auto answer =
      whole(R"({"content":null,"tool_calls":[)"
            R"({"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":\n1.50}"}},)"
            R"({"id":"c2","type":"function","function":{"name":"g","arguments":""}},)"
            R"({"id":"c3","type":"function","function":{"name":"h","arguments":"{no"}}]})");
  EXPECT_EQ(answer.at("message").at("content"), "");
  const auto& calls = answer.at("message").at("tool_calls").as_array();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(json::serialize(calls[0]),
            R"({"id":"c1","function":{"index":0,"name":"f","arguments":{"x":1.5E0}}})");
  EXPECT_EQ(json::serialize(calls[1].at("function").at("arguments")), "{}");
  EXPECT_EQ(json::serialize(calls[2].at("function").at("arguments")), R"({"INVALID_JSON":"{no"})");
}

TEST(OllamaAnswer, AStreamIsLinesAndTheLastHasTheFigures) {
  const auto lines =
      stream({delta(R"("role":"assistant","content":"")"), delta(R"("reasoning":"hm")"),
              delta(R"("content":"a")"), delta(R"("content":"b")"), delta("", R"("stop")"),
              R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}})"});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].at("message").at("thinking"), "hm");
  EXPECT_EQ(lines[1].at("message").at("content"), "a");
  EXPECT_FALSE(lines[1].at("message").as_object().contains("thinking"));
  EXPECT_EQ(lines[2].at("done"), false);
  EXPECT_EQ(lines[3].at("done"), true);
  EXPECT_EQ(lines[3].at("message").at("content"), "");
  EXPECT_EQ(lines[3].at("prompt_eval_count"), 5);
  EXPECT_EQ(lines[3].at("eval_count"), 7);
  EXPECT_EQ(lines[3].at("prompt_eval_duration"), 20);
  EXPECT_EQ(lines[3].at("eval_duration"), 40);
  EXPECT_EQ(lines[3].at("total_duration"), 60);
}

TEST(OllamaAnswer, ACallIsToldWhenItsArgumentsHaveEnded) {
  const auto call = [](int index, std::string_view head, std::string_view arguments) {
    return delta(std::string(R"("tool_calls":[{"index":)") + std::to_string(index) +
                 std::string(head) + R"("arguments":)" + json::serialize(json::value(arguments)) +
                 "}}]");
  };
  const auto lines = stream({call(0, R"(,"id":"c1","function":{"name":"f",)", "{\"x\":"),
                             call(1, R"(,"id":"c2","function":{"name":"g",)", ""),
                             delta(R"("content":"meanwhile")"), call(0, R"(,"function":{)", "1}"),
                             delta("", R"("tool_calls")")});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].at("message").at("content"), "meanwhile");
  EXPECT_EQ(json::serialize(lines[1].at("message").at("tool_calls")),
            R"([{"id":"c1","function":{"index":0,"name":"f","arguments":{"x":1}}}])");
  EXPECT_EQ(json::serialize(lines[2].at("message").at("tool_calls")),
            R"([{"id":"c2","function":{"index":1,"name":"g","arguments":{}}}])");
  EXPECT_EQ(lines[3].at("done_reason"), "stop");
}

// Python's splitlines() ends a line at these too.
TEST(OllamaAnswer, ALineHasNoBreaksWithinIt) {
  auto answer = make();
  std::string out;
  const auto text = std::string("a\xE2\x80\xA8") + "b\xE2\x80\xA9" + "c\xC2\x85" + "d";
  answer.take(
      json::parse(R"({"choices":[{"index":0,"delta":{"content":")" + text + R"("}}]})").as_object(),
      out);
  for (const char* mark : {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xC2\x85"}) {
    EXPECT_FALSE(out.contains(mark)) << out;
  }
  EXPECT_EQ(json::parse(out).at("message").at("content").as_string(), text);
}

TEST(OllamaAnswer, ThinkingIsHiddenFromAClientThatWantsNone) {
  const auto lines =
      stream({delta(R"("reasoning":"hm")"), delta(R"("content":"a")"), delta("", R"("stop")")},
             Form::generate, true);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("response"), "a");
  EXPECT_FALSE(lines[0].contains("thinking"));
}

AnswerStream stream_of(Form form = Form::chat) {
  return {
      std::make_unique<OllamaAnswer>(OllamaAnswer::Setup{.model = "m", .form = form}),
      form == Form::chat ? catalogue::Endpoint::ollama_chat : catalogue::Endpoint::ollama_generate,
      "m"};
}

TEST(OllamaStream, HasNoCommentsAndEndsWithAnErrorLineIfItBreaks) {
  auto answer = stream_of();
  EXPECT_EQ(answer.pass(": keep-alive\n\n"), "");
  EXPECT_THAT(std::string(answer.pass("data: " + delta(R"("content":"a")") + "\n\n")),
              HasSubstr(R"("content":"a")"));
  EXPECT_EQ(answer.break_off(Errc::upstream_broke),
            "{\"error\":\"The answer was interrupted.\"}\n");
}

TEST(OllamaStream, AnErrorOfTheUpstreamsIsALine) {
  auto answer = stream_of();
  EXPECT_EQ(answer.pass("data: {\"error\":{\"message\":\"too long\"}}\n\n"),
            "{\"error\":\"too long\"}\n");
  EXPECT_EQ(stream_of().rewrite_error(400, R"({"error":{"message":"too long"}})"),
            R"({"error":"too long"})");
}

TEST(OllamaEmbeddings, AreInTheOrderOfTheirInputs) {
  OllamaEmbeddings answer("m", OllamaEmbeddings::Form::list);
  const auto upstream =
      json::parse(R"({"data":[{"index":1,"embedding":[0.5]},{"index":0,"embedding":[-1,2]}],)"
                  R"("usage":{"prompt_tokens":3}})");
  EXPECT_EQ(answer.rewrite(upstream.as_object()),
            R"({"model":"m","embeddings":[[-1,2],[0.5]],"total_duration":0,"load_duration":0,)"
            R"("prompt_eval_count":3})");
  OllamaEmbeddings single("m", OllamaEmbeddings::Form::single);
  EXPECT_EQ(single.rewrite(upstream.as_object()), R"({"embedding":[-1,2]})");
  EXPECT_EQ(single.rewrite(json::parse(R"({"data":[]})").as_object()), R"({"embedding":[]})");
  OllamaEmbeddings broken("m", OllamaEmbeddings::Form::list);
  EXPECT_EQ(broken.rewrite(json::parse(R"({"data":[{"embedding":"AAAA"}]})").as_object()), "");
  EXPECT_TRUE(broken.failed());
}

}  // namespace
}  // namespace weir::translation
