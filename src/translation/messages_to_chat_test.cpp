#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Options kOptions{.model = "claude-local", .upstream_model = "glm"};

Result<Request> translated(std::string_view body, const Options& options = kOptions) {
  return translate(catalogue::Endpoint::messages, body, options);
}

// A request with the given members beside one message.
std::string request_with(std::string_view members) {
  return std::string(R"({"model":"m","messages":[{"role":"user","content":"hi"}],)")
      .append(members)
      .append("}");
}

std::string conversation(std::string_view messages) {
  return std::string(R"({"model":"m","messages":)").append(messages).append("}");
}

json::object chat_of(std::string_view body, const Options& options = kOptions) {
  const auto request = translated(body, options);
  EXPECT_TRUE(request) << body << "\n" << (request ? "" : request.error().detail);
  return request ? json::parse(request->body).as_object() : json::object();
}

std::string member_of(std::string_view body, std::string_view name) {
  const auto chat = chat_of(body);
  const auto* value = chat.if_contains(name);
  return value == nullptr ? "" : json::serialize(*value);
}

std::vector<std::string> dropped_of(std::string_view body) {
  auto request = translated(body);
  EXPECT_TRUE(request) << body;
  return request ? request->dropped : std::vector<std::string>();
}

std::string refusal_of(std::string_view body) {
  const auto request = translated(body);
  EXPECT_FALSE(request) << body;
  if (request) return "";
  EXPECT_EQ(request.error().code, Errc::invalid_parameter);
  return request.error().detail;
}

TEST(MessagesToChat, NamesTheUpstreamsModelFirst) {
  const auto request = translated(request_with(R"("max_tokens":5)"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body,
            R"({"model":"glm","messages":[{"role":"user","content":"hi"}],"max_tokens":5})");
  EXPECT_THAT(request->dropped, IsEmpty());
  EXPECT_TRUE(request->answer);
}

TEST(MessagesToChat, HasTheMembersOfChat) {
  const struct {
    const char* anthropic;
    const char* member;
    const char* chat;
  } cases[] = {
      {R"("max_tokens":1024)", "max_tokens", "1024"},
      {R"("temperature":1)", "temperature", "1"},
      {R"("top_k":40)", "top_k", "40"},
      {R"("top_p":null)", "top_p", ""},
      {R"("stop_sequences":["a","b"])", "stop", R"(["a","b"])"},
      {R"("stop_sequences":[])", "stop", ""},
      {R"("stream":false)", "stream", "false"},
      {R"("stream":false)", "stream_options", ""},
      {R"("stream":true)", "stream", "true"},
      {R"("stream":true)", "stream_options", R"({"include_usage":true})"},
      {R"("output_config":{"effort":"high"})", "reasoning_effort", ""},
      {R"("thinking":{"type":"adaptive"})", "thinking", ""},
      {R"("mcp_servers":[])", "mcp_servers", ""},
      {R"("tools":[])", "tools", ""},
      {R"("tools":[],"tool_choice":{"type":"auto"})", "tool_choice", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(member_of(request_with(c.anthropic), c.member), c.chat) << c.anthropic;
  }
}

TEST(MessagesToChat, KeepsTheFormOfNumbers) {
  const auto request = translated(request_with(
      R"("temperature":0.7,"top_p":1.0,"tools":[{"name":"t","input_schema":{"type":"object",)"
      R"("properties":{"n":{"multipleOf":0.01,"maximum":18446744073709551615,"minimum":-1e30}}}}])"));
  ASSERT_TRUE(request);
  for (const char* number : {R"("temperature":0.7,)", R"("top_p":1.0)", R"("multipleOf":0.01,)",
                             R"("maximum":18446744073709551615,)", R"("minimum":-1e+30})"}) {
    EXPECT_THAT(request->body, HasSubstr(number));
  }
}

TEST(MessagesToChat, AsksForUsageOnlyWhereAllowed) {
  Options options = kOptions;
  options.asks_usage = false;
  EXPECT_FALSE(chat_of(request_with(R"("stream":true)"), options).contains("stream_options"));
}

TEST(MessagesToChat, LimitsTheAnswerInTheUpstreamsWord) {
  Options options = kOptions;
  options.output_limit = "max_completion_tokens";
  const auto chat = chat_of(request_with(R"("max_tokens":9)"), options);
  EXPECT_EQ(chat.at("max_completion_tokens"), 9);
  EXPECT_FALSE(chat.contains("max_tokens"));
}

TEST(MessagesToChat, SaysTheEffortOnlyWhereItIsTaken) {
  const struct {
    const char* effort;
    const char* chat;
  } cases[] = {{"low", "low"},    {"medium", "medium"}, {"high", "high"},
               {"xhigh", "high"}, {"max", "high"},      {"surprise", nullptr}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.effort);
    const auto body =
        request_with(std::string(R"("output_config":{"effort":")").append(c.effort).append("\"}"));
    EXPECT_FALSE(chat_of(body).contains("reasoning_effort"));
    EXPECT_THAT(dropped_of(body), ElementsAre("output_config.effort"));

    Options options = kOptions;
    options.takes_effort = true;
    const auto chat = chat_of(body, options);
    const auto* effort = chat.if_contains("reasoning_effort");
    EXPECT_EQ(effort != nullptr, c.chat != nullptr);
    if (effort != nullptr) EXPECT_EQ(*effort, c.chat);
  }
}

TEST(MessagesToChat, TranslatesTools) {
  const struct {
    const char* anthropic;
    const char* chat;
  } cases[] = {
      {R"({"name":"f","description":"d","input_schema":{"type":"object","properties":{}}})",
       R"({"name":"f","description":"d","parameters":{"type":"object","properties":{}}})"},
      {R"({"type":"custom","name":"f","input_schema":{"type":"object"},"defer_loading":true})",
       R"({"name":"f","parameters":{"type":"object"}})"},
      {R"({"name":"f","strict":true,"input_schema":{"type":"object","properties":{"a":{}}}})",
       R"({"name":"f","parameters":{"type":"object","properties":{"a":{}}}})"},
      {R"({"name":"f","strict":true,"input_schema":{"type":"object","properties":{"a":{"type":"string"}},)"
       R"("required":["a"],"additionalProperties":false}})",
       R"({"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],)"
       R"("additionalProperties":false},"strict":true})"},
  };
  for (const auto& c : cases) {
    const auto body = request_with(std::string(R"("tools":[)").append(c.anthropic).append("]"));
    EXPECT_EQ(member_of(body, "tools"),
              std::string(R"([{"type":"function","function":)").append(c.chat).append("}]"));
  }
}

// A check of each name against each other would take minutes.
TEST(MessagesToChat, ReadsASchemaOfManyMembersOnce) {
  constexpr int kMembers = 100'000;
  json::object properties;
  json::array required;
  for (int i = 0; i < kMembers; ++i) {
    properties["a" + std::to_string(i)] = json::object{{"type", "string"}};
    required.emplace_back("a" + std::to_string(kMembers - 1 - i));
  }
  json::object schema{{"type", "object"},
                      {"additionalProperties", false},
                      {"properties", std::move(properties)},
                      {"required", std::move(required)}};
  const auto strict_of = [](const json::object& wanted) {
    const json::object tool{{"name", "f"}, {"strict", true}, {"input_schema", wanted}};
    const auto chat = chat_of(request_with("\"tools\":[" + json::serialize(tool) + "]"));
    return chat.at("tools").at(0).at("function").as_object().contains("strict");
  };
  EXPECT_TRUE(strict_of(schema));
  schema["required"].as_array().pop_back();
  EXPECT_FALSE(strict_of(schema));
}

TEST(MessagesToChat, TranslatesTheChoiceOfATool) {
  const struct {
    const char* anthropic;
    const char* choice;
    const char* parallel;
  } cases[] = {
      {R"({"type":"auto"})", R"("auto")", ""},
      {R"({"type":"any"})", R"("required")", ""},
      {R"({"type":"none"})", R"("none")", ""},
      {R"({"type":"tool","name":"f"})", R"({"type":"function","function":{"name":"f"}})", ""},
      {R"({"type":"auto","disable_parallel_tool_use":true})", R"("auto")", "false"},
      {R"({"type":"any","disable_parallel_tool_use":false})", R"("required")", ""},
  };
  for (const auto& c : cases) {
    const auto body =
        request_with(std::string(R"("tools":[{"name":"f","input_schema":{}}],"tool_choice":)")
                         .append(c.anthropic));
    EXPECT_EQ(member_of(body, "tool_choice"), c.choice);
    EXPECT_EQ(member_of(body, "parallel_tool_calls"), c.parallel);
  }
}

TEST(MessagesToChat, AsksForAFormat) {
  constexpr std::string_view kLoose = R"({"type":"json_schema","schema":{"type":"object"}})";
  constexpr std::string_view kLooseChat =
      R"({"type":"json_schema","json_schema":{"name":"output","schema":{"type":"object"}}})";
  const auto in_config = std::string(R"("output_config":{"format":)").append(kLoose).append("}");
  const auto before = std::string(R"("output_format":)").append(kLoose);
  EXPECT_EQ(member_of(request_with(in_config), "response_format"), kLooseChat);
  EXPECT_EQ(member_of(request_with(before), "response_format"), kLooseChat);
  EXPECT_EQ(
      member_of(request_with(R"("output_format":{"type":"json_schema","schema":{"type":"array",)"
                             R"("items":{"type":"object","properties":{"a":{"type":"string"}},)"
                             R"("required":["a"],"additionalProperties":false}}})"),
                "response_format"),
      R"({"type":"json_schema","json_schema":{"name":"output","schema":{"type":"array",)"
      R"("items":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],)"
      R"("additionalProperties":false}}}})");
}

TEST(MessagesToChat, PutsTheSystemPromptFirst) {
  const struct {
    const char* system;
    const char* content;
  } cases[] = {
      {R"("be brief")", "be brief"},
      {R"([{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},)"
       R"({"type":"text","text":"b"}])",
       "a\n\nb"},
      {R"([{"type":"text","text":"x-anthropic-billing-header: cc_version=2; cch=1f;"},)"
       R"({"type":"text","text":"b"}])",
       "b"},
  };
  for (const auto& c : cases) {
    const auto chat = chat_of(request_with(std::string(R"("system":)").append(c.system)));
    const json::array expected{json::object{{"role", "system"}, {"content", c.content}},
                               json::object{{"role", "user"}, {"content", "hi"}}};
    EXPECT_EQ(chat.at("messages"), expected) << c.system;
  }
  EXPECT_EQ(chat_of(request_with(R"("system":"")")).at("messages").as_array().size(), 1U);
}

struct ConversationCase {
  const char* title;
  const char* anthropic;
  const char* chat;
};

void expect_conversations(std::span<const ConversationCase> cases) {
  for (const auto& c : cases) {
    SCOPED_TRACE(c.title);
    EXPECT_EQ(json::parse(member_of(conversation(c.anthropic), "messages")), json::parse(c.chat));
  }
}

TEST(MessagesToChat, TranslatesTurns) {
  const ConversationCase cases[] = {
      {"texts of one message are one", R"([{"role":"user","content":[{"type":"text","text":"a"},
        {"type":"text","text":""},{"type":"text","text":"b"}]}])",
       R"([{"role":"user","content":"a\n\nb"}])"},
      {"neighbours of one role are one",
       R"([{"role":"user","content":"a"},{"role":"user","content":"b"},
        {"role":"assistant","content":"c"},{"role":"assistant","content":[{"type":"text","text":"d"}]},
        {"role":"user","content":"e"}])",
       R"([{"role":"user","content":"a\n\nb"},{"role":"assistant","content":"c\n\nd"},
        {"role":"user","content":"e"}])"},
      {"thinking is left out, and a message of nothing else",
       R"([{"role":"user","content":"a"},{"role":"assistant","content":[
        {"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"r"}]},
        {"role":"user","content":"b"}])",
       R"([{"role":"user","content":"a\n\nb"}])"},
      {"an empty message stays", R"([{"role":"user","content":""}])",
       R"([{"role":"user","content":""}])"},
      {"system messages that lead are the prompt",
       R"([{"role":"system","content":"s"},{"role":"user","content":"a"}])",
       R"([{"role":"system","content":"s"},{"role":"user","content":"a"}])"},
      {"a later system message joins the user's turn",
       R"([{"role":"user","content":"a"},{"role":"system","content":[{"type":"text","text":"s"}]},
        {"role":"assistant","content":"b"},{"role":"system","content":"t"}])",
       R"([{"role":"user","content":"a\n\ns"},{"role":"assistant","content":"b"},
        {"role":"user","content":"t"}])"},
      {"one for the turn that it follows is cleared later",
       R"([{"role":"user","content":"a"},
        {"role":"system","content":"s","clear_at":"next_user_message"},
        {"role":"assistant","content":"b"},{"role":"user","content":"c"},
        {"role":"system","content":"t","clear_at":"next_user_message"}])",
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},
        {"role":"user","content":"c\n\nt"}])"},
  };
  expect_conversations(cases);
}

TEST(MessagesToChat, TranslatesCallsAndResults) {
  const ConversationCase cases[] = {
      {"parallel calls, their results, and what the user adds",
       R"([{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},
        {"type":"tool_use","id":"x","name":"f","input":{"n":1.5,"s":"\"q\""},"caller":{"type":"direct"}},
        {"type":"tool_use","id":"y","name":"g","input":{}}]},
        {"role":"user","content":[{"type":"text","text":"first"},
        {"type":"tool_result","tool_use_id":"x","content":"1"},
        {"type":"tool_result","tool_use_id":"y"},{"type":"text","text":"then"}]}])",
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"b","tool_calls":[
        {"id":"x","type":"function","function":{"name":"f","arguments":"{\"n\":1.5,\"s\":\"\\\"q\\\"\"}"}},
        {"id":"y","type":"function","function":{"name":"g","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"x","content":"1"},{"role":"tool","tool_call_id":"y","content":""},
        {"role":"user","content":"first\n\nthen"}])"},
      {"results in several messages, a system message between call and result",
       R"([{"role":"assistant","content":[{"type":"tool_use","id":"x","name":"f","input":{}},
        {"type":"tool_use","id":"y","name":"f","input":{}}]},{"role":"system","content":"s"},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":[]}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"y",
        "content":[{"type":"text","text":"1"},{"type":"text","text":"2"}]}]}])",
       R"([{"role":"assistant","content":null,"tool_calls":[
        {"id":"x","type":"function","function":{"name":"f","arguments":"{}"}},
        {"id":"y","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"x","content":""},
        {"role":"tool","tool_call_id":"y","content":"1\n\n2"},{"role":"user","content":"s"}])"},
      {"an error says so",
       R"([{"role":"user","content":[
        {"type":"tool_result","tool_use_id":"x","is_error":true,"content":"no file"},
        {"type":"tool_result","tool_use_id":"y","is_error":true},
        {"type":"tool_result","tool_use_id":"z","is_error":false,"content":"ok"}]}])",
       R"([{"role":"tool","tool_call_id":"x","content":"Error: no file"},
        {"role":"tool","tool_call_id":"y","content":"Error"},
        {"role":"tool","tool_call_id":"z","content":"ok"}])"},
      {"a found tool",
       R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"x",
        "content":[{"type":"tool_reference","tool_name":"f"}]}]}])",
       R"([{"role":"tool","tool_call_id":"x","content":"Tool: f"}])"},
  };
  expect_conversations(cases);
}

TEST(MessagesToChat, GivesThinkingBackWithItsCalls) {
  const struct {
    const char* title;
    const char* block;
    const char* reasoning;  // empty: none
  } cases[] = {
      {"its own", R"({"type":"thinking","thinking":"t","signature":"weir:reasoning_content"})",
       "t"},
      {"its own, not shown",
       R"({"type":"thinking","thinking":"","signature":"weir:reasoning_content:t: u"})", "t: u"},
      {"unsigned", R"({"type":"thinking","thinking":"t","signature":""})", "t"},
      {"without a signature", R"({"type":"thinking","thinking":"t"})", "t"},
      {"another member", R"({"type":"thinking","thinking":"t","signature":"weir:reasoning"})", ""},
      {"a longer member",
       R"({"type":"thinking","thinking":"t","signature":"weir:reasoning_content_2"})", ""},
      {"Anthropic's", R"({"type":"thinking","thinking":"t","signature":"EqMBCkYI"})", ""},
      {"redacted", R"({"type":"redacted_thinking","data":"t"})", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.title);
    const auto turns =
        std::string(R"([{"role":"user","content":"a"},{"role":"assistant","content":[)")
            .append(c.block)
            .append(R"(,{"type":"tool_use","id":"x","name":"f","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":"r"}]}])");
    const auto chat = chat_of(conversation(turns));
    const auto& message = chat.at("messages").at(1).as_object();
    const auto* reasoning = message.if_contains("reasoning_content");
    EXPECT_EQ(reasoning == nullptr ? json::value("") : *reasoning, json::value(c.reasoning));
    EXPECT_EQ(dropped_of(conversation(turns)).empty(), reasoning != nullptr);
  }
}

TEST(MessagesToChat, DropsThinkingWithoutCalls) {
  const auto turns = conversation(R"([{"role":"user","content":"a"},{"role":"assistant","content":[
    {"type":"thinking","thinking":"t","signature":""},{"type":"text","text":"b"}]},
    {"role":"user","content":"c"},{"role":"assistant","content":[
    {"type":"thinking","thinking":"u","signature":""}]},{"role":"user","content":"d"},
    {"role":"assistant","content":[{"type":"tool_use","id":"x","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":"r"}]}])");
  EXPECT_THAT(json::serialize(chat_of(turns)), testing::Not(HasSubstr("reasoning")));
  EXPECT_THAT(dropped_of(turns), ElementsAre("messages[].content[].thinking"));
}

TEST(MessagesToChat, TranslatesImagesAndDocuments) {
  const ConversationCase cases[] = {
      {"images", R"([{"role":"user","content":[{"type":"text","text":"a"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},
        {"type":"image","source":{"type":"url","url":"https://h/i.png"}}]}])",
       R"([{"role":"user","content":[{"type":"text","text":"a"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},
        {"type":"image_url","image_url":{"url":"https://h/i.png"}}]}])"},
      {"an image of a tool follows in the user's message",
       R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":[
        {"type":"text","text":"shot"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}]},
        {"type":"text","text":"see"}]}])",
       R"([{"role":"tool","tool_call_id":"x",
        "content":"shot\n\n[Attachments of this result are in the next user message.]"},
        {"role":"user","content":[{"type":"text","text":"[Attachments of the result of tool call x]"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},
        {"type":"text","text":"see"}]}])"},
      {"a text as a document", R"([{"role":"user","content":[{"type":"document","title":"T",
        "context":"C","citations":{"enabled":false},
        "source":{"type":"text","media_type":"text/plain","data":"D"}}]}])",
       R"([{"role":"user","content":"C\n\nT\n\nD"}])"},
      {"blocks as a document",
       R"([{"role":"user","content":[{"type":"document","source":{"type":"content","content":"D"}},
        {"type":"document","source":{"type":"content","content":[{"type":"text","text":"E"}]}}]}])",
       R"([{"role":"user","content":"D\n\nE"}])"},
      {"a PDF", R"([{"role":"user","content":[{"type":"document",
        "source":{"type":"base64","media_type":"application/pdf","data":"AA=="}}]}])",
       R"([{"role":"user","content":[{"type":"file","file":{"filename":"document.pdf",
        "file_data":"data:application/pdf;base64,AA=="}}]}])"},
      {"a search result", R"([{"role":"user","content":[{"type":"search_result","title":"T",
        "source":"https://h","content":[{"type":"text","text":"R"}]}]}])",
       R"([{"role":"user","content":"T\n\nhttps://h\n\nR"}])"},
  };
  expect_conversations(cases);
}

TEST(MessagesToChat, NamesWhatItLeavesOut) {
  const auto dropped = dropped_of(R"({"model":"m","max_tokens":1,"thinking":{"type":"enabled",
    "budget_tokens":9},"metadata":{"user_id":"u"},"context_management":{"edits":[]},
    "service_tier":"auto","output_config":{"task_budget":{"type":"tokens","total":1}},
    "system":[{"type":"text","text":"x-anthropic-billing-header: a"},
      {"type":"text","text":"s","cache_control":{}}],
    "tools":[{"name":"f","input_schema":{},"cache_control":{},"defer_loading":false,
      "eager_input_streaming":true,"strict":true},{"name":"g","cache_control":{}}],
    "messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{}}]},
      {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},
        {"type":"text","text":"b","citations":[]}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":[
        {"type":"text","text":"r","cache_control":{}}]}]}]})");
  EXPECT_THAT(
      dropped,
      testing::UnorderedElementsAre(
          "thinking", "metadata", "context_management", "service_tier", "output_config.task_budget",
          "system[x-anthropic-billing-header]", "system[].cache_control", "tools[].cache_control",
          "tools[].defer_loading", "tools[].eager_input_streaming", "tools[].strict",
          "messages[].content[].cache_control", "messages[].content[].thinking",
          "messages[].content[].citations", "messages[].content[].content[].cache_control"));
}

TEST(MessagesToChat, RefusesByNameWhatWouldChangeTheAnswer) {
  const struct {
    const char* members;
    const char* named;
  } cases[] = {
      {R"("container":"c")", "`container`"},
      {R"("compaction":{"type":"summarize"})", "`compaction`"},
      {R"("inference_geo":"eu")", "`inference_geo`"},
      {R"("mcp_servers":[{"type":"url"}])", "`mcp_servers`"},
      {R"("surprise":1)", "`surprise`"},
      {R"("output_config":{"surprise":1})", "`output_config.surprise`"},
      {R"("output_format":{"type":"xml"})", R"(`output_format.type` of "xml")"},
      {R"("tools":[{"type":"web_search_20250305","name":"web_search"}])",
       R"(`tools[].type` of "web_search_20250305")"},
      {R"("tools":[{"type":"computer_20250124","name":"c"}])", R"("computer_20250124")"},
      {R"("tools":[{"type":"bash_20250124","name":"bash"}])", R"("bash_20250124")"},
      {R"("tools":[{"name":"f","surprise":1}])", "`tools[].surprise`"},
      {R"("tool_choice":{"type":"some"})", R"(`tool_choice.type` of "some")"},
      {R"("system":[{"type":"image"}])", R"(`system[].type` of "image")"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(refusal_of(request_with(c.members)), HasSubstr(c.named)) << c.members;
  }
}

TEST(MessagesToChat, RefusesBlocksByName) {
  const struct {
    const char* message;
    const char* named;
  } cases[] = {
      {R"({"role":"tool","content":"a"})", R"(`messages[].role` of "tool")"},
      {R"({"role":"user","content":"a","surprise":1})", "`messages[].surprise`"},
      {R"({"role":"user","content":[{"type":"tool_use"}]})", R"("tool_use")"},
      {R"({"role":"assistant","content":[{"type":"server_tool_use"}]})",
       R"(`messages[].content[].type` of "server_tool_use")"},
      {R"({"role":"user","content":[{"type":"container_upload","file_id":"f"}]})",
       R"("container_upload")"},
      {R"({"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]})",
       R"(`messages[].content[].source.type` of "file")"},
      {R"({"role":"user","content":[{"type":"document","source":{"type":"url","url":"u"}}]})",
       R"(`messages[].content[].source.type` of "url")"},
      {R"({"role":"user","content":[{"type":"document","citations":{"enabled":true},
        "source":{"type":"text","data":"d"}}]})",
       "`messages[].content[].citations`"},
      {R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"x",
        "content":[{"type":"browser_state","tabs":[]}]}]})",
       R"(`messages[].content[].content[].type` of "browser_state")"},
      {R"({"role":"assistant","content":"{"})", "End it with a user message."},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(refusal_of(conversation(std::string("[").append(c.message).append("]"))),
                HasSubstr(c.named));
  }
}

TEST(MessagesToChat, SaysWhichMemberHasAnotherType) {
  const struct {
    const char* body;
    const char* message;
  } cases[] = {
      {"[]", "The request body is not a JSON object."},
      {R"({"model":"m"})", "`messages` must be an array."},
      {R"({"messages":{}})", "`messages` must be an array."},
      {R"({"messages":[1]})", "`messages[]` must be an object."},
      {R"({"messages":[{"role":"user","content":1}]})",
       "`messages[].content` must be a string or an array."},
      {R"({"messages":[{"role":"user","content":[1]}]})",
       "`messages[].content[]` must be an object."},
      {R"({"messages":[],"max_tokens":"5"})", "`max_tokens` must be a number."},
      {R"({"messages":[],"output_config":{"effort":5}})",
       "`output_config.effort` must be a string."},
      {R"({"messages":[],"stream":1})", "`stream` must be a boolean."},
      {R"({"messages":[],"tools":{}})", "`tools` must be an array."},
      {R"({"messages":[],"tool_choice":"auto"})", "`tool_choice` must be an object."},
      {R"({"messages":[],"system":1})", "`system` must be a string or an array."},
      {R"({"messages":[],"stop_sequences":"a"})", "`stop_sequences` must be an array of strings."},
      {R"({"messages":[],"stop_sequences":["a",1]})",
       "`stop_sequences` must be an array of strings."},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal_of(c.body), c.message) << c.body;
}

TEST(MessagesToChat, SaysWhichMemberOfABlockHasAnotherType) {
  const struct {
    const char* block;
    const char* message;
  } cases[] = {
      {R"({"type":"text","text":5})", "`messages[].content[].text` must be a string."},
      {R"({"type":"text"})", "`messages[].content[].text` must be a string."},
      {R"({"text":"a"})", "`messages[].content[].type` must be a string that is not empty."},
      {R"({"type":"image","source":{"type":"base64","data":"AA=="}})",
       "`messages[].content[].source.media_type` must be a string."},
      {R"({"type":"image","source":{"type":"url"}})",
       "`messages[].content[].source.url` must be a string."},
      {R"({"type":"image","source":{}})",
       "`messages[].content[].source.type` must be a string that is not empty."},
      {R"({"type":"document","title":1,"source":{"type":"text","data":"d"}})",
       "`messages[].content[].title` must be a string."},
      {R"({"type":"document","source":{"type":"text"}})",
       "`messages[].content[].source.data` must be a string."},
      {R"({"type":"tool_result","content":"a"})",
       "`messages[].content[].tool_use_id` must be a string."},
      {R"({"type":"tool_result","tool_use_id":"x","is_error":"yes"})",
       "`messages[].content[].is_error` must be a boolean."},
  };
  for (const auto& c : cases) {
    const auto turns = std::string(R"([{"role":"user","content":[)").append(c.block).append("]}]");
    EXPECT_EQ(refusal_of(conversation(turns)), c.message) << c.block;
  }
  const struct {
    const char* members;
    const char* message;
  } others[] = {
      {R"("messages":[{"content":"a"}])", "`messages[].role` must be a string that is not empty."},
      {R"("messages":[{"role":"assistant","content":[{"type":"tool_use","name":"f"}]}])",
       "`messages[].content[].id` must be a string."},
      {R"("messages":[{"role":"assistant","content":[{"type":"tool_use","id":"x"}]}])",
       "`messages[].content[].name` must be a string."},
      {R"("messages":[{"role":"assistant","content":[{"type":"tool_use","id":"x","name":"f","input":"a"}]}])",
       "`messages[].content[].input` must be an object."},
      {R"("messages":[],"tools":[{"description":"d"}])", "`tools[].name` must be a string."},
      {R"("messages":[],"tools":[{"name":"f","description":1}])",
       "`tools[].description` must be a string."},
      {R"("messages":[],"tools":[{"name":"f","input_schema":1}])",
       "`tools[].input_schema` must be an object."},
      {R"("messages":[],"tools":[{"name":"f","strict":1}])", "`tools[].strict` must be a boolean."},
      {R"("messages":[],"tool_choice":{"type":"tool"})", "`tool_choice.name` must be a string."},
  };
  for (const auto& c : others) {
    EXPECT_EQ(refusal_of(std::string("{").append(c.members).append("}")), c.message) << c.members;
  }
}

TEST(MessagesToChat, RepeatsNoMoreThanTheBeginningOfAName) {
  const std::string name(1'000'000, 'n');
  for (const auto& members : {"\"" + name + "\":1", R"("tools":[{"type":")" + name + "\"}]",
                              R"("output_config":{")" + name + "\":1}"}) {
    const auto refusal = refusal_of(request_with(members));
    EXPECT_THAT(refusal, HasSubstr("nnn"));
    EXPECT_LT(refusal.size(), 400U);
  }
}

TEST(MessagesToChat, RefusesWhatIsNestedTooDeep) {
  Options options = kOptions;
  options.max_depth = 8;
  const std::string deep(9, '[');
  EXPECT_FALSE(
      translated(R"({"messages":[],"tools":)" + deep + std::string(9, ']') + "}", options));
}

}  // namespace
}  // namespace weir::translation
