#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using catalogue::Endpoint;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Options kOptions{.model = "qwen3:latest", .upstream_model = "glm"};

Result<Request> translated(std::string_view body, Endpoint from = Endpoint::ollama_chat,
                           const Options& options = kOptions) {
  return translate(from, body, options);
}

// A request with the given members beside one message.
std::string request_with(std::string_view members) {
  return std::string(R"({"model":"m","messages":[{"role":"user","content":"hi"}],)")
      .append(members)
      .append("}");
}

json::object chat_of(std::string_view body, Endpoint from = Endpoint::ollama_chat,
                     const Options& options = kOptions) {
  const auto request = translated(body, from, options);
  EXPECT_TRUE(request) << body << "\n" << (request ? "" : request.error().detail);
  return request ? json::parse(request->body).as_object() : json::object();
}

std::string member_of(std::string_view body, std::string_view name) {
  const auto chat = chat_of(body);
  const auto* value = chat.if_contains(name);
  return value == nullptr ? "" : json::serialize(*value);
}

std::string messages_of(std::string_view messages) {
  return member_of(std::string(R"({"model":"m","messages":)").append(messages).append("}"),
                   "messages");
}

std::vector<std::string> dropped_of(std::string_view body, Endpoint from = Endpoint::ollama_chat) {
  auto request = translated(body, from);
  EXPECT_TRUE(request) << body;
  return request ? request->dropped : std::vector<std::string>();
}

std::string refusal_of(std::string_view body, Endpoint from = Endpoint::ollama_chat) {
  const auto request = translated(body, from);
  EXPECT_FALSE(request) << body;
  if (request) return "";
  EXPECT_EQ(request.error().code, Errc::invalid_parameter);
  return request.error().detail;
}

TEST(OllamaToChat, IsAStreamUnlessTheRequestSaysOtherwise) {
  EXPECT_EQ(member_of(request_with(R"("stream":false)"), "stream"), "false");
  EXPECT_EQ(member_of(request_with(R"("stream":false)"), "stream_options"), "");
  for (const char* members : {R"("stream":true)", R"("stream":null)", R"("tools":[])"}) {
    EXPECT_EQ(member_of(request_with(members), "stream"), "true") << members;
    EXPECT_EQ(member_of(request_with(members), "stream_options"), R"({"include_usage":true})");
  }
  const auto request = translated(request_with(R"("stream":false)"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body,
            R"({"model":"glm","messages":[{"role":"user","content":"hi"}],"stream":false})");
  EXPECT_THAT(request->dropped, IsEmpty());
}

TEST(OllamaToChat, HasTheMembersOfChat) {
  const struct {
    const char* ollama;
    const char* member;
    const char* chat;
  } cases[] = {
      {R"("options":{"temperature":0.7})", "temperature", "7E-1"},
      {R"("options":{"top_p":1,"top_k":40})", "top_k", "40"},
      {R"("options":{"seed":42})", "seed", "42"},
      {R"("options":{"presence_penalty":1})", "presence_penalty", "1"},
      {R"("options":{"frequency_penalty":1})", "frequency_penalty", "1"},
      {R"("options":{"stop":["a","b"]})", "stop", R"(["a","b"])"},
      {R"("options":{"stop":"a"})", "stop", R"("a")"},
      {R"("options":{"stop":[]})", "stop", ""},
      {R"("options":{"num_predict":64})", "max_tokens", "64"},
      {R"("options":{"num_predict":-1})", "max_tokens", ""},
      {R"("options":null)", "max_tokens", ""},
      {R"("format":"json")", "response_format", R"({"type":"json_object"})"},
      {R"("format":"")", "response_format", ""},
      {R"("format":{"type":"object"})", "response_format",
       R"({"type":"json_schema","json_schema":{"name":"output","schema":{"type":"object"}}})"},
      {R"("tools":[{"type":"function","function":{"name":"f","parameters":{}}}])", "tools",
       R"([{"type":"function","function":{"name":"f","parameters":{}}}])"},
      {R"("think":"high")", "reasoning_effort", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(member_of(request_with(c.ollama), c.member), c.chat) << c.ollama;
  }
  const Options knows{.model = "m", .upstream_model = "u", .takes_effort = true};
  EXPECT_EQ(chat_of(request_with(R"("think":"high")"), Endpoint::ollama_chat, knows)
                .at("reasoning_effort"),
            "high");
}

TEST(OllamaToChat, LeavesOutAndNamesWhatOnlyOllamaHas) {
  EXPECT_THAT(
      dropped_of(request_with(R"("keep_alive":"5m","think":true,"made_up":{"a":1},)"
                              R"("options":{"num_ctx":8192,"mirostat":0,"Made\nUp":1})")),
      ElementsAre("keep_alive", "*", "options.num_ctx", "options.mirostat", "options.*", "think"));
  EXPECT_THAT(dropped_of(R"({"model":"m","input":"a","truncate":true,"keep_alive":0})",
                         Endpoint::ollama_embed),
              ElementsAre("truncate", "keep_alive"));
}

TEST(OllamaToChat, RefusesByNameWhatChangesTheAnswer) {
  const struct {
    Endpoint from;
    std::string body;
    const char* text;
  } cases[] = {
      {Endpoint::ollama_chat, request_with(R"("logprobs":true)"), "logprobs"},
      {Endpoint::ollama_chat, request_with(R"("format":"yaml")"), "format"},
      {Endpoint::ollama_chat, request_with(R"("format":7)"), "format"},
      {Endpoint::ollama_chat, request_with(R"("options":[])"), "options"},
      {Endpoint::ollama_chat, request_with(R"("options":{"stop":[1]})"), "options.stop"},
      {Endpoint::ollama_chat, request_with(R"("options":{"seed":"a"})"), "options.seed"},
      {Endpoint::ollama_chat, request_with(R"("stream":"no")"), "stream"},
      {Endpoint::ollama_chat, request_with(R"("tools":{})"), "tools"},
      {Endpoint::ollama_chat, request_with(R"("think":1)"), "think"},
      {Endpoint::ollama_chat, R"({"model":"m"})", "messages"},
      {Endpoint::ollama_chat, R"({"model":"m","messages":[{"role":"pilot","content":"a"}]})",
       "messages[].role"},
      {Endpoint::ollama_chat, R"({"model":"m","messages":[{"content":"a"}]})", "messages[].role"},
      {Endpoint::ollama_chat,
       R"({"model":"m","messages":[{"role":"user","content":"a","images":[1]}]})",
       "messages[].images"},
      {Endpoint::ollama_chat,
       R"({"model":"m","messages":[{"role":"tool","content":"a","images":["a"]}]})",
       "messages[].images"},
      {Endpoint::ollama_generate, R"({"model":"m","prompt":"a","suffix":"b"})", "suffix"},
      {Endpoint::ollama_generate, R"({"model":"m","prompt":"a","raw":true})", "raw"},
      {Endpoint::ollama_generate, R"({"model":"m","prompt":"a","template":"b"})", "template"},
      {Endpoint::ollama_generate, R"({"model":"m","prompt":"a","context":[1]})", "context"},
      {Endpoint::ollama_embed, R"({"model":"m","input":7})", "input"},
      {Endpoint::ollama_embeddings, R"({"model":"m"})", "prompt"},
  };
  for (const auto& c : cases) EXPECT_THAT(refusal_of(c.body, c.from), HasSubstr(c.text)) << c.body;
}

TEST(OllamaToChat, AnImageIsAUrlOfItsType) {
  EXPECT_EQ(messages_of(R"([{"role":"user","content":"see","images":["/9j/4A","iVBOR"]}])"),
            R"([{"role":"user","content":[{"type":"text","text":"see"},)"
            R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/4A"}},)"
            R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBOR"}}]}])");
  EXPECT_EQ(messages_of(R"([{"role":"user","content":"a","images":[]}])"),
            R"([{"role":"user","content":"a"}])");
}

TEST(OllamaToChat, AResultBelongsToTheCallOfItsTool) {
  EXPECT_EQ(messages_of(R"([{"role":"assistant","content":"","thinking":"hm","tool_calls":[)"
                        R"({"function":{"name":"a","arguments":{"x":1}}},)"
                        R"({"function":{"name":"b","arguments":{}}}]},)"
                        R"({"role":"tool","tool_name":"b","content":"2"},)"
                        R"({"role":"tool","content":"1"},{"role":"tool","content":"3"}])"),
            R"([{"role":"assistant","content":"","tool_calls":[)"
            R"({"id":"call_0","type":"function","function":{"name":"a","arguments":"{\"x\":1}"}},)"
            R"({"id":"call_1","type":"function","function":{"name":"b","arguments":"{}"}}]},)"
            R"({"role":"tool","content":"2","tool_call_id":"call_1"},)"
            R"({"role":"tool","content":"1","tool_call_id":"call_0"},)"
            R"({"role":"tool","content":"3","tool_call_id":"call_2"}])");
  EXPECT_EQ(messages_of(R"([{"role":"assistant","tool_calls":[{"id":"c9",)"
                        R"("function":{"name":"a","arguments":"{\"x\":1}"}}]},)"
                        R"({"role":"tool","tool_call_id":"c9","content":"1"}])"),
            R"([{"role":"assistant","content":"","tool_calls":[)"
            R"({"id":"c9","type":"function","function":{"name":"a","arguments":"{\"x\":1}"}}]},)"
            R"({"role":"tool","content":"1","tool_call_id":"c9"}])");
}

TEST(OllamaToChat, ManyResultsInAnyOrderReachTheirCalls) {
  constexpr int kCalls = 20'000;
  std::string body = R"({"model":"m","messages":[{"role":"assistant","tool_calls":[)";
  for (int i = 0; i < kCalls; ++i) {
    if (i > 0) body += ',';
    body += R"({"id":"c)" + std::to_string(i) + R"(","function":{"name":"f","arguments":{}}})";
  }
  body += "]}";
  for (int i = kCalls; i-- > 0;) {
    body += R"(,{"role":"tool","content":")" + std::to_string(i) + R"(","tool_call_id":"c)" +
            std::to_string(i) + R"("})";
  }
  const auto request = translated(body + "]}");
  ASSERT_TRUE(request);
  const auto chat = json::parse(request->body);
  const auto& messages = chat.at("messages").as_array();
  ASSERT_EQ(messages.size(), 1U + kCalls);
  for (std::size_t i = 1; i < messages.size(); ++i) {
    const auto& content = messages[i].at("content").as_string();
    EXPECT_EQ(messages[i].at("tool_call_id").as_string(), "c" + std::string(content));
  }
}

TEST(OllamaToChat, APromptIsTheUsersMessage) {
  const auto chat = chat_of(
      R"({"model":"m","prompt":"hi","system":"be brief","suffix":"","raw":false,"stream":false})",
      Endpoint::ollama_generate);
  EXPECT_EQ(json::serialize(chat.at("messages")),
            R"([{"role":"system","content":"be brief"},{"role":"user","content":"hi"}])");
}

TEST(OllamaToChat, EmbeddingsKeepTheirInput) {
  EXPECT_EQ(json::serialize(chat_of(R"({"model":"m","input":["a","b"],"dimensions":8})",
                                    Endpoint::ollama_embed)),
            R"({"model":"glm","input":["a","b"],"dimensions":8})");
  EXPECT_EQ(json::serialize(
                chat_of(R"({"model":"m","prompt":"a","options":{}})", Endpoint::ollama_embeddings)),
            R"({"model":"glm","input":"a"})");
}

}  // namespace
}  // namespace weir::translation
