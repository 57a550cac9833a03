#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;

using catalogue::Endpoint;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

Result<Request> translated(std::string_view body, bool asks_usage = true) {
  return translate(
      Endpoint::responses, body,
      {.model = "m", .upstream_model = "org/m", .asks_usage = asks_usage, .takes_effort = true});
}

/// The chat request's `messages`, `tools` and so on, for a request's members.
json::object chat_of(std::string_view members) {
  auto request = translated("{\"model\":\"m\"," + std::string(members) + "}");
  if (!request) {
    ADD_FAILURE() << request.error().detail;
    return {};
  }
  return json::parse(request->body).as_object();
}

struct Case {
  std::string_view given;
  std::string_view becomes;
};

void expect_member(std::string_view name, std::string_view before, const Case& c) {
  const auto chat = chat_of(std::string(before) + std::string(c.given));
  const auto* value = chat.if_contains(name);
  const auto expected = json::parse(c.becomes);
  EXPECT_EQ(value == nullptr ? json::value() : *value, expected) << c.given << "\n"
                                                                 << json::serialize(chat);
}

TEST(ResponsesToChat, MakesMessagesOfInput) {
  const Case cases[] = {
      {R"("input":"hi")", R"([{"role":"user","content":"hi"}])"},
      {R"("instructions":"be kind","input":"hi")",
       R"([{"role":"system","content":"be kind"},{"role":"user","content":"hi"}])"},
      {R"("instructions":null,"input":[{"role":"user","content":"hi"}])",
       R"([{"role":"user","content":"hi"}])"},
      // Developers are the system, which has one message at the start.
      {R"("instructions":"a","input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"b"}]},
          {"role":"system","content":"c"},{"role":"user","content":"hi"},{"role":"developer","content":"d"}])",
       R"([{"role":"system","content":"a\n\nb\n\nc"},{"role":"user","content":"hi"},
           {"role":"system","content":"d"}])"},
      // Texts alone are one string.
      {R"("input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}])",
       R"([{"role":"user","content":"a\nb"}])"},
      {R"("input":[{"role":"user","content":[]}])", R"([{"role":"user","content":""}])"},
      {R"("input":[{"role":"user","content":[{"type":"input_text","text":"see"},
          {"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"low"},
          {"type":"input_image","image_url":"https://x/y.png","detail":"auto"},
          {"type":"input_image","image_url":"https://x/z.png","detail":"original"}]}])",
       R"([{"role":"user","content":[{"type":"text","text":"see"},
           {"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}},
           {"type":"image_url","image_url":{"url":"https://x/y.png"}},
           {"type":"image_url","image_url":{"url":"https://x/z.png","detail":"high"}}]}])"},
      {R"("input":[{"role":"user","content":[
          {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="},
          {"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}])",
       R"([{"role":"user","content":[
           {"type":"file","file":{"file_data":"data:application/pdf;base64,AA==","filename":"a.pdf"}},
           {"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}])"},
      {R"("input":[{"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[
          {"type":"output_text","text":"no","annotations":[]},{"type":"refusal","refusal":"never"}]}])",
       R"([{"role":"assistant","content":"no\nnever"}])"},
      {R"("input":[{"type":"agent_message","author":"a","recipient":"b","content":[{"type":"input_text","text":"go"}]}])",
       R"([{"role":"user","content":"Message from a to b:\ngo"}])"},
      {R"("input":[{"role":"user","content":"hi"},{"type":"reasoning","summary":[],"encrypted_content":"x"},
          {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}}])",
       R"([{"role":"user","content":"hi"}])"},
  };
  for (const auto& c : cases) expect_member("messages", {}, c);
}

TEST(ResponsesToChat, PutsResultsAfterTheMessageOfTheirCalls) {
  constexpr std::string_view kCalls[] = {
      R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\": 1}"})",
      R"({"type":"function_call","call_id":"c2","name":"g","arguments":"{}"})"};
  const auto one = std::string(kCalls[0]);
  const auto two = std::string(kCalls[1]);
  const std::string out1 = R"({"type":"function_call_output","call_id":"c1","output":"r1"})";
  const std::string out2 = R"({"type":"function_call_output","call_id":"c2","output":"r2"})";
  const std::string said = R"({"role":"assistant","content":"first"})";
  const std::string call1 =
      R"({"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}})";
  const std::string call2 =
      R"({"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}})";
  const std::string tool1 = R"({"role":"tool","tool_call_id":"c1","content":"r1"})";
  const std::string tool2 = R"({"role":"tool","tool_call_id":"c2","content":"r2"})";
  const auto calls = [](std::string_view content, const std::string& list) {
    return R"({"role":"assistant","content":)" + std::string(content) + R"(,"tool_calls":[)" +
           list + "]}";
  };
  const struct {
    std::vector<std::string> items;
    std::vector<std::string> messages;
  } cases[] = {
      {{one, out1}, {calls("null", call1), tool1}},
      {{said, one, two, out1, out2}, {calls(R"("first")", call1 + "," + call2), tool1, tool2}},
      // Text after the calls, and results out of order or after something else.
      {{one, said, two, out2, out1}, {calls(R"("first")", call1 + "," + call2), tool2, tool1}},
      {{one, R"({"role":"user","content":"?"})", out1},
       {calls("null", call1), tool1, R"({"role":"user","content":"?"})"}},
      {{one, out1, two, out2}, {calls("null", call1), tool1, calls("null", call2), tool2}},
      {{one, R"({"type":"reasoning","summary":[]})", two, out1, out2},
       {calls("null", call1 + "," + call2), tool1, tool2}},
      // The same id in two turns.
      {{one, out1, one, out1}, {calls("null", call1), tool1, calls("null", call1), tool1}},
  };
  const auto joined = [](const std::vector<std::string>& list) {
    std::string text;
    for (const auto& entry : list) text += (text.empty() ? "" : ",") + entry;
    return "[" + text + "]";
  };
  for (const auto& c : cases) {
    const auto given = "\"input\":" + joined(c.items);
    const auto becomes = joined(c.messages);
    expect_member("messages", {}, {given, becomes});
  }
}

TEST(ResponsesToChat, MakesFunctionCallsOfEveryKindOfCall) {
  const Case cases[] = {
      {R"({"type":"custom_tool_call","call_id":"c","name":"apply_patch","input":"*** Begin\n\"x\""},
          {"type":"custom_tool_call_output","call_id":"c","name":"apply_patch","output":"ok"})",
       R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":
           {"name":"apply_patch","arguments":"{\"input\":\"*** Begin\\n\\\"x\\\"\"}"}}]},
           {"role":"tool","tool_call_id":"c","content":"ok"}])"},
      {R"({"type":"local_shell_call","id":"l","call_id":"c","status":"completed",
           "action":{"type":"exec","command":["ls","-l"],"env":{},"timeout_ms":10,"user":null}},
          {"type":"local_shell_call_output","id":"l","output":"a"})",
       R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":
           {"name":"local_shell","arguments":"{\"command\":[\"ls\",\"-l\"],\"timeout_ms\":10}"}}]},
           {"role":"tool","tool_call_id":"c","content":"a"}])"},
      {R"({"type":"function_call","call_id":"c","name":"find","namespace":"mcp__mail","arguments":"{}"},
          {"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]})",
       R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":
           {"name":"mcp__mail__find","arguments":"{}"}}]},
           {"role":"tool","tool_call_id":"c","content":"a\nb"}])"},
      // An image cannot be a tool's result.
      {R"({"type":"function_call","call_id":"c","name":"view_image","arguments":"{}"},
          {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"data:x"}]})",
       R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":
           {"name":"view_image","arguments":"{}"}}]},
           {"role":"tool","tool_call_id":"c","content":"The output is in the next message."},
           {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}}]}])"},
  };
  for (const auto& c : cases) {
    const auto given = "\"input\":[" + std::string(c.given) + "]";
    expect_member("messages", {}, {given, c.becomes});
  }
}

TEST(ResponsesToChat, MakesFunctionsOfTools) {
  const Case cases[] = {
      {R"([])", "null"},
      {R"([{"type":"function","name":"f","description":"d","strict":false,"parameters":{"type":"object"},"defer_loading":true}])",
       R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}])"},
      {R"([{"type":"function","name":"f","parameters":null,"strict":true}])",
       R"([{"type":"function","function":{"name":"f","strict":true}}])"},
      {R"([{"type":"custom","name":"p","description":"Patch.","format":{"type":"grammar","syntax":"lark","definition":"start: x"}}])",
       R"([{"type":"function","function":{"name":"p",
            "description":"Patch.\n\nThe input must match this grammar (lark):\nstart: x",
            "parameters":{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as text."}},
                          "required":["input"],"additionalProperties":false}}}])"},
      {R"([{"type":"namespace","name":"mcp__mail","description":"d","tools":[{"type":"function","name":"find","parameters":{}}]},
           {"type":"namespace","name":"functions","description":"d","tools":[{"type":"function","name":"exec","parameters":{}}]}])",
       R"([{"type":"function","function":{"name":"mcp__mail__find","parameters":{}}},
           {"type":"function","function":{"name":"exec","parameters":{}}}])"},
      {R"([{"type":"tool_search","execution":"client","description":"d","parameters":{"type":"object"}}])",
       R"([{"type":"function","function":{"name":"tool_search","description":"d","parameters":{"type":"object"}}}])"},
      // The model can answer without these, and Codex always sends them.
      {R"([{"type":"web_search","external_web_access":false},{"type":"web_search_preview_2025_03_11"},
           {"type":"image_generation","output_format":"png"},{"type":"tool_search"}])",
       "null"},
  };
  for (const auto& c : cases) {
    const auto given = "\"tools\":" + std::string(c.given);
    expect_member("tools", R"("input":"hi",)", {given, c.becomes});
  }
}

TEST(ResponsesToChat, OffersALocalShellAsAFunction) {
  const auto chat = chat_of(R"("input":"hi","tools":[{"type":"local_shell"}])");

  const auto& function = chat.at("tools").at(0).at("function");
  EXPECT_EQ(function.at("name"), "local_shell");
  EXPECT_EQ(function.at("parameters").at("required"), json::parse(R"(["command"])"));
}

TEST(ResponsesToChat, AddsToolsThatItemsBring) {
  const auto chat =
      chat_of(R"("tools":[{"type":"function","name":"f","defer_loading":true}],"input":[
    {"type":"additional_tools","role":"developer","tools":[{"type":"function","name":"g"}]},
    {"type":"tool_search_call","call_id":"s","execution":"client","arguments":{"query":"q"}},
    {"type":"tool_search_output","call_id":"s","execution":"client","status":"completed",
     "tools":[{"type":"function","name":"f"},{"type":"namespace","name":"n","description":"d","tools":[{"type":"function","name":"h"}]}]}])");

  std::vector<std::string> names;
  for (const auto& tool : chat.at("tools").as_array()) {
    names.emplace_back(tool.at("function").at("name").as_string());
  }
  EXPECT_THAT(names, testing::ElementsAre("f", "g", "n__h"));
  EXPECT_EQ(chat.at("messages").at(0).at("tool_calls").at(0).at("function").at("arguments"),
            R"({"query":"q"})");
  EXPECT_EQ(chat.at("messages").at(1).at("role"), "tool");
}

TEST(ResponsesToChat, ShortensLongNamesTheSameWayEachTime) {
  const std::string space(50, 's');
  const auto given = R"("tools":[{"type":"namespace","name":")" + space +
                     R"(","tools":[{"type":"function","name":"first_function"},
                         {"type":"function","name":"first_function_b"}]}],
        "input":[{"type":"function_call","call_id":"c","name":"first_function","namespace":")" +
                     space + R"(","arguments":"{}"}])";
  const auto chat = chat_of(given);

  const auto& name = chat.at("tools").at(0).at("function").at("name").as_string();
  EXPECT_EQ(name.size(), 64U);
  EXPECT_NE(chat.at("tools").at(1).at("function").at("name").as_string(), name);
  EXPECT_EQ(chat.at("messages").at(0).at("tool_calls").at(0).at("function").at("name"), name);
}

TEST(ResponsesToChat, TranslatesTheChoiceOfATool) {
  constexpr std::string_view kTools =
      R"("input":"hi","tools":[{"type":"function","name":"f"},{"type":"custom","name":"p"},
         {"type":"namespace","name":"n","tools":[{"type":"function","name":"g"}]}],)";
  const Case cases[] = {
      {R"("auto")", "null"},
      {R"("none")", R"("none")"},
      {R"("required")", R"("required")"},
      {R"({"type":"function","name":"f"})", R"({"type":"function","function":{"name":"f"}})"},
      {R"({"type":"custom","name":"p"})", R"({"type":"function","function":{"name":"p"}})"},
      {R"({"type":"function","name":"g","namespace":"n"})",
       R"({"type":"function","function":{"name":"n__g"}})"},
      {R"({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]})",
       "null"},
      {R"({"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]})",
       R"("required")"},
  };
  for (const auto& c : cases) {
    const auto given = "\"tool_choice\":" + std::string(c.given);
    expect_member("tool_choice", kTools, {given, c.becomes});
  }
  const auto chat = chat_of(std::string(kTools) + R"("tool_choice":{"type":"allowed_tools",
      "mode":"auto","tools":[{"type":"custom","name":"p"},{"type":"web_search"}]})");
  ASSERT_EQ(chat.at("tools").as_array().size(), 1U);
  EXPECT_EQ(chat.at("tools").at(0).at("function").at("name"), "p");
}

TEST(ResponsesToChat, TranslatesSettings) {
  constexpr std::string_view kTool = R"("input":"hi","tools":[{"type":"function","name":"f"}],)";
  const struct {
    std::string_view given;
    std::string_view name;
    std::string_view becomes;
  } cases[] = {
      {R"("max_output_tokens":9)", "max_tokens", "9"},
      {R"("temperature":0.5)", "temperature", "0.5"},
      {R"("top_p":1)", "top_p", "1"},
      {R"("user":"u")", "user", R"("u")"},
      {R"("parallel_tool_calls":false)", "parallel_tool_calls", "false"},
      {R"("parallel_tool_calls":true)", "parallel_tool_calls", "null"},
      {R"("reasoning":{"effort":"high","summary":"auto"})", "reasoning_effort", R"("high")"},
      {R"("reasoning":null)", "reasoning_effort", "null"},
      {R"("text":{"verbosity":"low"})", "verbosity", "null"},
      {R"("text":{"verbosity":"medium","format":{"type":"text"}})", "verbosity", "null"},
      {R"("text":{"format":{"type":"text"}})", "response_format", "null"},
      {R"("text":{"format":{"type":"json_object"}})", "response_format",
       R"({"type":"json_object"})"},
      {R"("text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}}})",
       "response_format",
       R"({"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}})"},
      {R"("stream":true)", "stream", "true"},
      {R"("stream":true)", "stream_options", R"({"include_usage":true})"},
      {R"("stream":false)", "stream_options", "null"},
      {R"("metadata":{"a":"b"})", "metadata", "null"},
      {R"("store":true)", "store", "null"},
      {R"("model":"other")", "model", R"("org/m")"},
  };
  for (const auto& c : cases) expect_member(c.name, kTool, {c.given, c.becomes});
}

TEST(ResponsesToChat, LimitsTheAnswerByTheUpstreamsMember) {
  const auto request = translate(
      Endpoint::responses, R"({"model":"m","input":"hi","max_output_tokens":9,"temperature":0.7})",
      {.model = "m", .upstream_model = "m", .output_limit = "max_completion_tokens"});
  ASSERT_TRUE(request);
  EXPECT_THAT(request->body, HasSubstr(R"("max_completion_tokens":9)"));
  EXPECT_THAT(request->body, HasSubstr(R"("temperature":0.7)"));
}

TEST(ResponsesToChat, LeavesAnEffortOutWhereItIsNotKnownToBeTaken) {
  const auto request =
      translate(Endpoint::responses, R"({"model":"m","input":"hi","reasoning":{"effort":"high"}})",
                {.model = "m", .upstream_model = "m"});
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_FALSE(request->body.contains("effort")) << request->body;
  EXPECT_THAT(request->dropped, UnorderedElementsAreArray({"reasoning.effort"}));
}

TEST(ResponsesToChat, LeavesOutHintsThatFewServersKnow) {
  const auto request = translated(
      R"({"model":"m","input":"hi","text":{"verbosity":"low"},"include":["web_search_call.results"]})");
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_THAT(request->dropped, UnorderedElementsAreArray({"text.verbosity", "include[]"}));
}

TEST(ResponsesToChat, AsksForNoUsageIfToldSo) {
  const auto request = translated(R"({"model":"m","input":"hi","stream":true})", false);
  ASSERT_TRUE(request);
  EXPECT_EQ(json::parse(request->body),
            json::parse(
                R"({"model":"org/m","messages":[{"role":"user","content":"hi"}],"stream":true})"));
}

TEST(ResponsesToChat, NamesMembersThatAreLeftOut) {
  // As Codex writes it.
  const auto request = translated(R"({"model":"m","instructions":"i","input":[
      {"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}],
       "internal_chat_message_metadata_passthrough":{"turn_id":"t"}},
      {"type":"reasoning","summary":[],"content":null,"encrypted_content":null}],
      "tools":[{"type":"web_search","external_web_access":false}],"tool_choice":"auto",
      "parallel_tool_calls":true,"reasoning":{"effort":"medium","summary":"auto","context":"auto"},
      "store":false,"stream":true,"include":["reasoning.encrypted_content"],"prompt_cache_key":"k",
      "service_tier":"priority","client_metadata":{"x":"y"},"stream_options":{"include_obfuscation":false}})");

  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_THAT(request->dropped,
              UnorderedElementsAreArray({"input[].internal_chat_message_metadata_passthrough",
                                         "input[type=reasoning]", "tools[type=web_search]",
                                         "reasoning.context", "prompt_cache_key", "service_tier",
                                         "client_metadata", "stream_options"}));
}

TEST(ResponsesToChat, NamesToolsThatAreLeftOutInItsOwnWords) {
  const auto request = translated(R"({"model":"m","input":[
      {"type":"additional_tools","tools":[{"type":"web_search_2025_08_26"}]},
      {"role":"user","content":"hi"}],
      "tools":[{"type":"web_search"},{"type":"web_search_preview"},{"type":"image_generation"},
               {"type":"web_search_preview_2025_03_11"},{"type":"tool_search"}]})");

  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_THAT(request->dropped, UnorderedElementsAreArray(
                                    {"input[].tools[type=web_search]", "tools[type=web_search]",
                                     "tools[type=image_generation]", "tools[type=tool_search]"}));
}

TEST(ResponsesToChat, RefusesToolsThatOnlyBeginLikeThoseLeftOut) {
  for (const std::string_view type :
       {R"(web_search_\r\nSet-Cookie: a=b\r\n\r\n)", "web_search_", "web_search_x", "web_searches",
        "image_generation_2", "tool_search_2", ""}) {
    const auto request = translated(R"({"model":"m","input":"hi","tools":[{"type":")" +
                                    std::string(type) + R"("}]})");
    ASSERT_FALSE(request) << type;
    EXPECT_THAT(request.error().detail, HasSubstr("`tools[].type`")) << type;
    EXPECT_THAT(request.error().detail, testing::Not(HasSubstr("\n"))) << type;
  }
}

TEST(ResponsesToChat, TakesManyToolsCallsAndChoices) {
  constexpr int kMany = 50'000;
  std::string tools;
  std::string calls;
  std::string results;
  std::string choices;
  for (int i = 0; i < kMany; ++i) {
    const auto n = std::to_string(i);
    const auto tool = R"(,{"type":"function","name":"f)" + n + "\"}";
    tools += tool;
    choices += tool;
    calls += R"(,{"type":"function_call","name":"f","arguments":"{}","call_id":"c)" + n + "\"}";
    results += R"(,{"type":"function_call_output","output":"r","call_id":"c)" + n + "\"}";
  }
  const auto chat =
      chat_of("\"tools\":[" + tools.substr(1) + "],\"input\":[" + calls.substr(1) + results +
              R"(],"tool_choice":{"type":"allowed_tools","tools":[)" + choices.substr(1) + "]}");

  EXPECT_EQ(chat.at("tools").as_array().size(), kMany);
  const auto& messages = chat.at("messages").as_array();
  ASSERT_EQ(messages.size(), kMany + 1U);
  EXPECT_EQ(messages.at(1).at("tool_call_id"), "c0");
  EXPECT_EQ(messages.back().at("tool_call_id").as_string(), "c" + std::to_string(kMany - 1));
}

TEST(ResponsesToChat, RefusesToolsThatWouldShareAName) {
  constexpr std::string_view kSpace =
      R"({"type":"namespace","name":"a","tools":[{"type":"function","name":"b"}]})";
  const struct {
    std::string tools;
    bool is_taken;
  } cases[] = {
      {R"({"type":"function","name":"f"},{"type":"function","name":"f"})", true},
      {std::string(kSpace) + "," + std::string(kSpace), true},
      {R"({"type":"function","name":"a__b"},)" + std::string(kSpace), false},
      {R"({"type":"local_shell"},{"type":"function","name":"local_shell"})", false},
      {R"({"type":"function","name":"f"},{"type":"custom","name":"f"})", false},
  };
  for (const auto& c : cases) {
    const auto request = translated(R"({"model":"m","input":"hi","tools":[)" + c.tools + "]}");
    EXPECT_EQ(request.has_value(), c.is_taken) << c.tools;
    if (!request) EXPECT_EQ(request.error().code, Errc::invalid_parameter) << c.tools;
  }
}

TEST(ResponsesToChat, RefusesByNameWhatChangesTheAnswer) {
  constexpr std::string_view kCall =
      R"("input":[{"type":"function_call_output","call_id":"nobody","output":"x"}])";
  const struct {
    std::string_view members;
    std::string_view says;
  } cases[] = {
      {R"("input":"hi","previous_response_id":"resp_1")", "`previous_response_id`"},
      {R"("input":"hi","conversation":"conv_1")", "`conversation`"},
      {R"("input":"hi","prompt":{"id":"p"})", "`prompt`"},
      {R"("input":"hi","background":true)", "`background` of \"true\""},
      {R"("input":"hi","context_management":[])", "`context_management`"},
      {R"("input":"hi","top_logprobs":3)", "`top_logprobs`"},
      {R"("input":"hi","seed":3)", "`seed`"},
      {R"("input":"hi","prompt_cache_options":{"prewarm":true})", "`prompt_cache_options.prewarm`"},
      {R"("input":"hi","include":["message.output_text.logprobs"])",
       "message.output_text.logprobs"},
      {R"("input":"hi","tools":[{"type":"file_search"}])", "`tools[].type` of \"file_search\""},
      {R"("input":"hi","tools":[{"type":"mcp","server_label":"s"}])", "`tools[].type` of \"mcp\""},
      {R"("input":"hi","tools":[{"type":"code_interpreter"}])", "\"code_interpreter\""},
      {R"("input":"hi","tools":[{"type":"computer_use_preview"}])", "\"computer_use_preview\""},
      {R"("input":"hi","tools":[{"type":"shell"}])", "\"shell\""},
      {R"("input":"hi","tools":[{"type":"function","name":"f","sudo":1}])", "`tools[].sudo`"},
      {R"("input":"hi","tools":[{"type":"namespace","name":"n","tools":[{"type":"mcp"}]}])",
       "`tools[].tools[].type` of \"mcp\""},
      {R"("input":"hi","tools":[{"name":"f"}])", "`tools[].type` must be a string"},
      {R"("input":"hi","tools":{})", "`tools` must be a list"},
      {R"("input":"hi","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"})",
       "`tool_choice` of \"web_search\""},
      {R"("input":"hi","tool_choice":"required")", "`tool_choice` of \"required\""},
      {R"("input":"hi","tool_choice":{"type":"function","name":"g"})", "`tool_choice` of \"g\""},
      {R"("input":"hi","reasoning":{"mode":"pro"})", "`reasoning.mode`"},
      {R"("input":"hi","text":{"format":{"type":"xml"}})", "`text.format.type` of \"xml\""},
      {R"("input":"hi","text":{"tone":"x"})", "`text.tone`"},
      {R"("instructions":"i")", "`input` must be a string or a list"},
      {R"("input":7)", "`input` must be a string or a list"},
      {R"("input":[7])", "`input[]` must be an object"},
      {R"("input":[{"type":"item_reference","id":"x"}])", "`input[].type` of \"item_reference\""},
      {R"("input":[{"type":"compaction","encrypted_content":"x"}])", "\"compaction\""},
      {R"("input":[{"type":"image_generation_call","result":"x"}])", "\"image_generation_call\""},
      {R"("input":[{"id":"x"}])", "`input[].type` of \"(none)\""},
      {R"("input":[{"role":"tool","content":"x"}])", "`input[].role` of \"tool\""},
      {R"("input":[{"role":"user","content":"x","weight":1}])", "`input[].weight`"},
      {R"("input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}])",
       "`input[].content[].file_id`"},
      {R"("input":[{"role":"user","content":[{"type":"input_file","file_url":"https://x"}]}])",
       "`input[].content[].file_url`"},
      {R"("input":[{"role":"user","content":[{"type":"input_video"}]}])",
       "`input[].content[].type` of \"input_video\""},
      {R"("input":[{"type":"agent_message","author":"a","recipient":"b","content":[{"type":"encrypted_content","encrypted_content":"x"}]}])",
       "\"encrypted_content\""},
      {R"("input":[{"type":"function_call","call_id":"c","name":"f"}])",
       "`input[].arguments` must be a string"},
      {kCall, "\"nobody\""},
  };
  for (const auto& c : cases) {
    const auto request = translated("{\"model\":\"m\"," + std::string(c.members) + "}");
    ASSERT_FALSE(request) << c.members;
    EXPECT_EQ(request.error().code, Errc::invalid_parameter) << c.members;
    EXPECT_THAT(request.error().detail, HasSubstr(c.says)) << c.members;
  }
}

}  // namespace
}  // namespace weir::translation
