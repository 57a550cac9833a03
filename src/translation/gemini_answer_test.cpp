#include "translation/gemini_answer.hpp"

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/base64.hpp"
#include "translation/gemini_for_test.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

GeminiAnswer make_answer(bool shows_thoughts = false) {
  return GeminiAnswer({.model = "gemini-local", .seed = 7, .shows_thoughts = shows_thoughts});
}

json::object whole_of(std::string_view message, std::string_view finish,
                      bool shows_thoughts = false) {
  auto answer = make_answer(shows_thoughts);
  const auto body = answer.rewrite(json::parse(std::string(R"({"id":"c-1","choices":[{"message":)")
                                                   .append(message)
                                                   .append(R"(,"finish_reason":)")
                                                   .append(finish)
                                                   .append("}]}"))
                                       .as_object());
  return json::parse(body).as_object();
}

const json::object& candidate(const json::object& answer) {
  return answer.at("candidates").at(0).as_object();
}

std::string parts_of(const json::object& answer) {
  return json::serialize(candidate(answer).at("content").at("parts"));
}

std::string delta(std::string_view members, std::string_view finish = "null") {
  return std::string(R"({"id":"c-1","choices":[{"delta":{)")
      .append(members)
      .append(R"(},"finish_reason":)")
      .append(finish)
      .append("}]}");
}

std::string call(int index, std::string_view id, std::string_view name,
                 std::string_view arguments) {
  json::object function{{"arguments", arguments}};
  if (!name.empty()) function["name"] = name;
  json::object piece{{"index", index}, {"function", function}};
  if (!id.empty()) piece["id"] = id;
  return delta(R"("tool_calls":[)" + json::serialize(piece) + "]");
}

// The parts of each event.
std::vector<std::string> stream(const std::vector<std::string>& events,
                                bool shows_thoughts = false) {
  auto answer = make_answer(shows_thoughts);
  std::string out;
  for (const auto& event : events) answer.take(json::parse(event).as_object(), out);
  answer.end(out);
  EXPECT_FALSE(answer.failed());
  std::vector<std::string> parts;
  for (const auto& each : read_gemini_stream(out)) parts.push_back(parts_of(each));
  return parts;
}

TEST(GeminiAnswer, IsAResponse) {
  auto answer = make_answer();
  EXPECT_EQ(json::parse(answer.rewrite(
                json::parse(
                    R"({"id":"c-9","choices":[{"message":{"content":"Hi","reasoning_content":"hm"},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,
        "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}})")
                    .as_object())),
            json::parse(R"({"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},
        "finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,
        "candidatesTokenCount":5,"totalTokenCount":17,"thoughtsTokenCount":2,
        "cachedContentTokenCount":4},"modelVersion":"gemini-local","responseId":"c-9"})"));
}

TEST(GeminiAnswer, SaysWhyItEnded) {
  const struct {
    const char* message;
    const char* chat;
    const char* google;
  } cases[] = {
      {R"({"content":"a"})", R"("stop")", "STOP"},
      {R"({"content":"a"})", R"("eos")", "STOP"},
      {R"({"content":"a"})", R"("length")", "MAX_TOKENS"},
      {R"({"content":"a"})", R"("model_context_window_exceeded")", "MAX_TOKENS"},
      {R"({"content":"a"})", R"("content_filter")", "SAFETY"},
      {R"({"refusal":"no"})", R"("stop")", "SAFETY"},
      {R"({"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]})", R"("tool_calls")",
       "STOP"},
      {R"({"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"a"}}]})",
       R"("tool_calls")", "MALFORMED_FUNCTION_CALL"},
      {R"({"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"a"}}]})", R"("length")",
       "MAX_TOKENS"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(candidate(whole_of(c.message, c.chat)).at("finishReason").as_string(), c.google)
        << c.message << c.chat;
  }
}

TEST(GeminiAnswer, AnAnswerWithoutContentHasAPart) {
  EXPECT_EQ(parts_of(whole_of(R"({"content":null})", R"("stop")")), R"([{"text":""}])");
}

TEST(GeminiAnswer, ThoughtsAreShownOnRequest) {
  const auto* message = R"({"content":"a","reasoning":"hm"})";
  EXPECT_EQ(parts_of(whole_of(message, R"("stop")")), R"([{"text":"a"}])");
  EXPECT_EQ(parts_of(whole_of(message, R"("stop")", true)),
            R"([{"text":"hm","thought":true},{"text":"a"}])");
}

TEST(GeminiAnswer, ReasoningIsCarriedByTheFirstCall) {
  const auto answer = whole_of(R"({"reasoning_content":"so","tool_calls":[
      {"id":"1","function":{"name":"f","arguments":"{\"a\": 1}"}},
      {"id":"2","function":{"name":"g","arguments":""}}]})",
                               R"("tool_calls")");
  const auto& parts = candidate(answer).at("content").at("parts").as_array();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].at("functionCall"), json::parse(R"({"id":"1","name":"f","args":{"a":1}})"));
  EXPECT_EQ(codec::parse_base64(parts[0].at("thoughtSignature").as_string()),
            "weir:reasoning_content:so");
  EXPECT_EQ(parts[1], json::parse(R"({"functionCall":{"id":"2","name":"g","args":{}}})"));
}

TEST(GeminiAnswer, ASignatureOfGooglesGoesBackToItsCall) {
  const auto answer = whole_of(R"({"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"},
      "extra_content":{"google":{"thought_signature":"c2ln"}}}]})",
                               R"("tool_calls")");
  json::array contents{
      json::parse(R"({"parts":[{"text":"go"}]})"), candidate(answer).at("content"),
      json::parse(R"({"parts":[{"functionResponse":{"name":"f","response":{}}}]})")};
  const auto request = translate_gemini(json::serialize(json::object{{"contents", contents}}),
                                        false, {.model = "m", .upstream_model = "u"});
  ASSERT_TRUE(request);
  EXPECT_THAT(request->dropped, testing::IsEmpty());
  EXPECT_THAT(request->body,
              HasSubstr(R"("extra_content":{"google":{"thought_signature":"c2ln"}})"));
}

// Mistral's thinking is a part of the content, which cannot go back as a member of its own.
TEST(GeminiAnswer, OnlyReasoningThatGoesBackIsCarried) {
  const auto answer = whole_of(
      R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"so"}]}],
          "tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]})",
      R"("tool_calls")");
  EXPECT_EQ(parts_of(answer), R"([{"functionCall":{"id":"1","name":"f","args":{}}}])");
}

TEST(GeminiAnswer, CallsOfAWholeAnswerAreNotPieces) {
  const auto answer = whole_of(R"({"tool_calls":[
      {"index":0,"function":{"name":"f","arguments":""}},
      {"index":0,"function":{"name":"f","arguments":""}},
      {"index":0,"id":"1","function":{"name":"g","arguments":"{}"}},
      {"index":0,"id":"1","function":{"name":"g","arguments":"{}"}}]})",
                               R"("tool_calls")");
  EXPECT_EQ(parts_of(answer), R"([{"functionCall":{"name":"f","args":{}}},)"
                              R"({"functionCall":{"name":"f","args":{}}},)"
                              R"({"functionCall":{"id":"1","name":"g","args":{}}},)"
                              R"({"functionCall":{"id":"1","name":"g","args":{}}}])");
}

TEST(GeminiAnswer, AStreamMayEndWithoutAReason) {
  for (const auto& [arguments, google] : {std::pair(R"({"a")", R"("finishReason":"MAX_TOKENS")"),
                                          std::pair(R"({"a":1})", R"("finishReason":"STOP")")}) {
    auto answer = make_answer();
    std::string out;
    answer.take(json::parse(call(0, "1", "f", arguments)).as_object(), out);
    answer.end(out);
    EXPECT_THAT(out, HasSubstr(google)) << arguments;
  }
}

TEST(GeminiAnswer, ATextIsToldWithItsEvent) {
  auto answer = make_answer();
  std::string out;
  answer.take(json::parse(delta(R"("role":"assistant","content":"")")).as_object(), out);
  EXPECT_EQ(out, "");
  answer.take(json::parse(delta(R"("content":"He")")).as_object(), out);
  EXPECT_EQ(
      out,
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"He\"}],\"role\":\"model\"},"
      "\"index\":0}],\"modelVersion\":\"gemini-local\",\"responseId\":\"c-1\"}\n\n");
  EXPECT_FALSE(answer.has_finished());
  answer.take(json::parse(delta("", R"("stop")")).as_object(), out);
  EXPECT_TRUE(answer.has_finished());
  EXPECT_EQ(answer.events(), 1U);
}

TEST(GeminiAnswer, CallsAreToldWhole) {
  EXPECT_THAT(
      stream({call(0, "1", "f", R"({"a")"), call(1, "2", "g", ""), call(0, "", "", ":1}"),
              delta(R"("content":"text")"), call(1, "", "", "{}"), delta("", R"("tool_calls")")}),
      testing::ElementsAre(R"([{"functionCall":{"id":"1","name":"f","args":{"a":1}}}])",
                           R"([{"text":"text"}])",
                           R"([{"functionCall":{"id":"2","name":"g","args":{}}}])"));
}

// As OpenAI's own examples have them. A reader of lines, and a framing as an array, see one event.
TEST(GeminiAnswer, AnEventIsOneLineToEveryReader) {
  auto answer = make_answer();
  std::string out;
  const auto arguments = "{\n  \"city\": \"Bos\\nton\",\r\n\n  \"list\": [\n1,\n2]\n}\n";
  answer.take(json::parse(call(0, "1", "f", arguments)).as_object(), out);
  answer.take(json::parse(delta("\"content\":\"a\xE2\x80\xA8z\xC2\x85\"")).as_object(), out);
  answer.end(out);
  const auto events = read_gemini_stream(out);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(parts_of(events[0]), "[{\"text\":\"a\xE2\x80\xA8z\xC2\x85\"}]");
  EXPECT_EQ(parts_of(events[1]),
            R"([{"functionCall":{"id":"1","name":"f","args":{"city":"Bos\nton","list":[1,2]}}}])");
  for (const char* const line_break : {"\r", "\xE2\x80\xA8", "\xC2\x85"}) {
    EXPECT_THAT(out, Not(HasSubstr(line_break)));
  }
}

TEST(GeminiAnswer, ATextIsNotHeldByACallThatIsOpen) {
  EXPECT_THAT(stream({call(0, "1", "f", R"({"a")"), delta(R"("content":"now")"),
                      call(0, "", "", ":1}"), delta("", R"("tool_calls")")}),
              testing::ElementsAre(R"([{"text":"now"}])",
                                   R"([{"functionCall":{"id":"1","name":"f","args":{"a":1}}}])"));
}

TEST(GeminiAnswer, AnAnswerWithoutIdHasOne) {
  auto answer = make_answer();
  std::string out;
  answer.end(out);
  EXPECT_THAT(out, HasSubstr(R"("responseId":"7")"));
  EXPECT_THAT(out, Not(HasSubstr("usageMetadata")));
}

TEST(GeminiAnswer, WhatIsHeldIsBounded) {
  auto answer = make_answer();
  std::string out;
  const auto piece = json::parse(call(0, "1", "f", "{\"" + std::string(1 << 20, 'x'))).as_object();
  for (int i = 0; i < 9; ++i) answer.take(piece, out);
  EXPECT_TRUE(answer.failed());
  EXPECT_GT(answer.held_bytes(), std::size_t{8} << 20);
}

TEST(GeminiAnswer, AnAnswerThatTheUpstreamBrokeOffHasFailed) {
  auto answer = make_answer();
  std::string out;
  answer.take(json::parse(delta(R"("content":"a")", R"("error")")).as_object(), out);
  EXPECT_TRUE(answer.failed());
}

}  // namespace
}  // namespace weir::translation
