#include "translation/responses_answer.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/sse.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;

using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr std::string_view kTools =
    R"("tools":[{"type":"function","name":"f"},{"type":"custom","name":"patch"},{"type":"local_shell"},
      {"type":"tool_search","execution":"client","parameters":{}},
      {"type":"namespace","name":"n","tools":[{"type":"function","name":"g"}]}],"metadata":{"k":"v"})";

std::unique_ptr<Answer> answer_to(std::string_view members = kTools) {
  auto request = translate(catalogue::Endpoint::responses,
                           R"({"model":"m","input":"hi",)" + std::string(members) + "}",
                           {.model = "m", .upstream_model = "org/m"});
  if (!request) ADD_FAILURE() << request.error().detail;
  return std::move(request->answer);
}

std::string_view text(const json::value& value) { return value.as_string(); }

json::object parsed(std::string_view text) { return json::parse(text).as_object(); }

/// A stream's event, and its name.
json::object read_event(std::string_view event) {
  std::string scratch;
  auto data = parsed(codec::event_data(event, scratch));
  EXPECT_EQ(codec::event_name(event), std::string_view(data.at("type").as_string()));
  return data;
}

std::vector<json::object> events_of(std::string_view stream) {
  std::vector<json::object> events;
  while (!stream.empty()) events.push_back(read_event(codec::take_event(stream)));
  return events;
}

std::vector<json::object> streamed(std::string_view members,
                                   const std::vector<std::string_view>& chunks) {
  const auto answer = answer_to(members);
  std::string out;
  for (const auto chunk : chunks) answer->take(parsed(chunk), out);
  answer->end(out);
  auto events = events_of(out);
  EXPECT_EQ(answer->events(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].at("sequence_number"), i);
  return events;
}

/// "response.output_text.delta" as "output_text.delta".
std::vector<std::string> names_of(const std::vector<json::object>& events) {
  std::vector<std::string> names;
  for (const auto& event : events) {
    names.emplace_back(std::string_view(event.at("type").as_string()).substr(9));
  }
  return names;
}

const json::object& response_of(const std::vector<json::object>& events) {
  return events.back().at("response").as_object();
}

json::value whole(std::string_view message, std::string_view finish = "stop",
                  std::string_view members = kTools) {
  const auto chat = R"({"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"org/m",
    "choices":[{"index":0,"finish_reason":")" +
                    std::string(finish) + R"(","message":)" + std::string(message) + R"(}],
    "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
    "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}})";
  return json::parse(answer_to(members)->rewrite(parsed(chat)));
}

TEST(ResponsesAnswer, HasTheMembersOfAResponse) {
  const auto response = whole(R"({"role":"assistant","content":"hello"})");

  EXPECT_EQ(response, json::parse(R"({"id":"resp_chatcmpl-1","object":"response","created_at":7,
      "status":"completed","error":null,"incomplete_details":null,"model":"m",
      "output":[{"type":"message","id":"msg_chatcmpl-1_0","status":"completed","role":"assistant",
        "content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"hello"}]}],
      "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":0},
        "output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15},
      "background":false,"store":false,"instructions":null,"max_output_tokens":null,
      "max_tool_calls":null,"metadata":{"k":"v"},"parallel_tool_calls":true,
      "previous_response_id":null,"prompt_cache_key":null,"reasoning":{"effort":null,"summary":null},
      "safety_identifier":null,"temperature":null,"text":{"format":{"type":"text"}},
      "tool_choice":"auto",)" + std::string(kTools.substr(0, kTools.rfind(",\"metadata"))) +
                                  R"(,"top_p":null,"truncation":"disabled","user":null})"))
      << json::serialize(response);
}

TEST(ResponsesAnswer, HasAnItemForEachPartOfTheMessage) {
  const struct {
    std::string_view message;
    std::string_view output;
  } cases[] = {
      {R"({"content":null})", "[]"},
      {R"({"content":""})", "[]"},
      {R"({"reasoning_content":"hm","content":"a"})",
       R"([{"type":"reasoning","id":"rs_chatcmpl-1_0","status":"completed","summary":[],
            "encrypted_content":"weir:reasoning_content:hm","content":[{"type":"reasoning_text","text":"hm"}]},
           {"type":"message","id":"msg_chatcmpl-1_1","status":"completed","role":"assistant",
            "content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"a"}]}])"},
      {R"({"content":null,"refusal":"no"})",
       R"([{"type":"message","id":"msg_chatcmpl-1_0","status":"completed","role":"assistant",
            "content":[{"type":"refusal","refusal":"no"}]}])"},
      {R"({"content":"a","tool_calls":[
           {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},
           {"id":"c2","type":"function","function":{"name":"patch","arguments":"{\"input\":\"x\\ny\"}"}},
           {"id":"c3","type":"function","function":{"name":"n__g","arguments":""}}]})",
       R"([{"type":"message","id":"msg_chatcmpl-1_0","status":"completed","role":"assistant",
            "content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"a"}]},
           {"type":"function_call","id":"fc_chatcmpl-1_1","status":"completed","call_id":"c1","name":"f","arguments":"{\"a\": 1}"},
           {"type":"custom_tool_call","id":"ctc_chatcmpl-1_2","status":"completed","call_id":"c2","name":"patch","input":"x\ny"},
           {"type":"function_call","id":"fc_chatcmpl-1_3","status":"completed","call_id":"c3","name":"g","namespace":"n","arguments":"{}"}])"},
      {R"({"tool_calls":[
           {"id":"c1","function":{"name":"local_shell","arguments":"{\"command\":[\"ls\",3],\"timeout_ms\":9,\"working_directory\":\"/\"}"}},
           {"id":"c2","function":{"name":"local_shell","arguments":"{\"command\":\"ls | wc\"}"}},
           {"id":"c3","function":{"name":"tool_search","arguments":"{\"query\":\"q\"}"}},
           {"id":"c4","function":{"name":"unheard_of","arguments":"{"}}]})",
       R"([{"type":"local_shell_call","id":"lsh_chatcmpl-1_0","status":"completed","call_id":"c1",
            "action":{"type":"exec","command":["ls","3"],"env":{},"timeout_ms":9,"working_directory":"/","user":null}},
           {"type":"local_shell_call","id":"lsh_chatcmpl-1_1","status":"completed","call_id":"c2",
            "action":{"type":"exec","command":["bash","-lc","ls | wc"],"env":{},"timeout_ms":null,"working_directory":null,"user":null}},
           {"type":"tool_search_call","id":"tsc_chatcmpl-1_2","status":"completed","call_id":"c3","execution":"client","arguments":{"query":"q"}},
           {"type":"function_call","id":"fc_chatcmpl-1_3","status":"completed","call_id":"c4","name":"unheard_of","arguments":"{"}])"},
      // Input of a custom tool that is not as asked for.
      {R"({"tool_calls":[{"id":"c1","function":{"name":"patch","arguments":"*** Begin"}}]})",
       R"([{"type":"custom_tool_call","id":"ctc_chatcmpl-1_0","status":"completed","call_id":"c1","name":"patch","input":"*** Begin"}])"},
      // Half a character, and a number as people write it.
      {R"({"tool_calls":[{"id":"c1","function":{"name":"patch","arguments":"{\"input\":\"a\\ud83d\"}"}},
                         {"id":"c2","function":{"name":"tool_search","arguments":"{\"limit\":0.7}"}}]})",
       R"([{"type":"custom_tool_call","id":"ctc_chatcmpl-1_0","status":"completed","call_id":"c1","name":"patch","input":"a\ufffd"},
           {"type":"tool_search_call","id":"tsc_chatcmpl-1_1","status":"completed","call_id":"c2","execution":"client","arguments":{"limit":0.7}}])"},
      {R"({"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]})",
       R"([{"type":"function_call","id":"fc_chatcmpl-1_0","status":"completed","call_id":"call_chatcmpl-1_0","name":"f","arguments":"{}"}])"},
  };
  for (const auto& c : cases) {
    const auto response = whole(c.message);
    EXPECT_EQ(response.at("output"), json::parse(c.output))
        << c.message << "\n"
        << json::serialize(response.at("output"));
  }
}

TEST(ResponsesAnswer, EndsAsTheFinishReasonSays) {
  const struct {
    std::string_view finish;
    std::string_view status;
    std::string_view details;
    std::string_view item;
  } cases[] = {
      {"stop", "completed", "null", "completed"},
      {"tool_calls", "completed", "null", "completed"},
      {"eos", "completed", "null", "completed"},
      {"length", "incomplete", R"({"reason":"max_output_tokens"})", "incomplete"},
      {"content_filter", "incomplete", R"({"reason":"content_filter"})", "incomplete"},
      {"insufficient_system_resource", "failed", "null", "incomplete"},
  };
  for (const auto& c : cases) {
    const auto response = whole(R"({"content":"a"})", c.finish);
    EXPECT_EQ(text(response.at("status")), c.status) << c.finish;
    EXPECT_EQ(response.at("incomplete_details"), json::parse(c.details)) << c.finish;
    EXPECT_EQ(text(response.at("output").at(0).at("status")), c.item) << c.finish;
    EXPECT_EQ(response.at("error").is_object(), c.status == "failed") << c.finish;

    const auto chunk = R"({"id":"x","choices":[{"delta":{"content":"a"},"finish_reason":")" +
                       std::string(c.finish) + "\"}]}";
    EXPECT_EQ(text(streamed(kTools, {chunk}).back().at("type")),
              "response." + std::string(c.status));
  }
}

TEST(ResponsesStream, TellsTextAsItComes) {
  const auto events = streamed(
      kTools, {R"({"id":"x","created":7,"choices":[{"delta":{"role":"assistant","content":""}}]})",
               R"({"id":"x","choices":[{"delta":{"content":"Hel"}}]})",
               R"({"id":"x","choices":[{"delta":{"content":"lo\n"}}]})",
               R"({"id":"x","choices":[{"delta":{},"finish_reason":"stop"}]})",
               R"({"id":"x","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})"});

  EXPECT_THAT(names_of(events),
              ElementsAre("created", "in_progress", "output_item.added", "content_part.added",
                          "output_text.delta", "output_text.delta", "output_text.done",
                          "content_part.done", "output_item.done", "completed"));
  EXPECT_EQ(events[0].at("response").at("id"), "resp_x");
  EXPECT_EQ(events[0].at("response").at("status"), "in_progress");
  EXPECT_EQ(events[0].at("response").at("output"), json::array());
  EXPECT_EQ(events[2].at("item"),
            json::parse(R"({"type":"message","id":"msg_x_0","status":"in_progress",
                            "role":"assistant","content":[]})"));
  EXPECT_EQ(events[5], parsed(R"({"type":"response.output_text.delta","sequence_number":5,
      "item_id":"msg_x_0","output_index":0,"content_index":0,"delta":"lo\n","logprobs":[]})"));
  EXPECT_EQ(events[6].at("text"), "Hello\n");
  EXPECT_EQ(events[7].at("part").at("text"), "Hello\n");
  EXPECT_EQ(events[8].at("item"), response_of(events).at("output").at(0));
  EXPECT_EQ(response_of(events).at("usage").at("input_tokens"), 3);
  EXPECT_EQ(response_of(events).at("usage").at("total_tokens"), 5);
}

TEST(ResponsesStream, HoldsNoTextBack) {
  const auto answer = answer_to();
  for (
      const std::string_view chunk :
      {R"({"id":"x","choices":[{"delta":{"reasoning_content":"WORD"}}]})",
       R"({"id":"x","choices":[{"delta":{"content":"WORD"}}]})",
       R"({"id":"x","choices":[{"delta":{"refusal":"WORD"}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"WORD"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"WORD"}}]}}]})"}) {
    std::string out;
    answer->take(parsed(chunk), out);
    EXPECT_THAT(out, testing::HasSubstr("WORD")) << chunk;
  }
}

TEST(ResponsesStream, TellsReasoningAsTextOrAsTheSummaryThatClientsShow) {
  const std::vector<std::string_view> chunks = {
      R"({"id":"x","choices":[{"delta":{"reasoning":"h"}}]})",
      R"({"id":"x","choices":[{"delta":{"reasoning":"m"}}]})",
      R"({"id":"x","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})"};
  const auto plain = streamed(kTools, chunks);
  const auto summary = streamed(R"("reasoning":{"summary":"auto"})", chunks);

  EXPECT_THAT(names_of(plain),
              ElementsAre("created", "in_progress", "output_item.added", "content_part.added",
                          "reasoning_text.delta", "reasoning_text.delta", "reasoning_text.done",
                          "content_part.done", "output_item.done", "output_item.added",
                          "content_part.added", "output_text.delta", "output_text.done",
                          "content_part.done", "output_item.done", "completed"));
  EXPECT_EQ(plain[8].at("item"), json::parse(R"({"type":"reasoning","id":"rs_x_0",
      "status":"completed","summary":[],"encrypted_content":"weir:reasoning:hm",
      "content":[{"type":"reasoning_text","text":"hm"}]})"));
  EXPECT_EQ(plain[11].at("output_index"), 1);

  const auto names = names_of(summary);
  EXPECT_THAT(std::vector(names.begin() + 2, names.begin() + 9),
              ElementsAre("output_item.added", "reasoning_summary_part.added",
                          "reasoning_summary_text.delta", "reasoning_summary_text.delta",
                          "reasoning_summary_text.done", "reasoning_summary_part.done",
                          "output_item.done"));
  EXPECT_EQ(summary[5], parsed(R"({"type":"response.reasoning_summary_text.delta",
      "sequence_number":5,"item_id":"rs_x_0","output_index":0,"summary_index":0,"delta":"m"})"));
  EXPECT_EQ(summary[8].at("item"),
            json::parse(R"({"type":"reasoning","id":"rs_x_0","status":"completed",
                            "encrypted_content":"weir:reasoning:hm",
                            "summary":[{"type":"summary_text","text":"hm"}]})"));
}

TEST(ResponsesStream, KeepsInterleavedCallsApart) {
  const auto events = streamed(
      kTools,
      {R"({"id":"x","choices":[{"delta":{"content":"a","tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":""}}]}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":1,"id":"c2","function":{"name":"n__g","arguments":"{"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"}"}},{"index":0,"function":{"arguments":":1}"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{},"finish_reason":"tool_calls"}]})"});

  const auto& output = response_of(events).at("output").as_array();
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(output[1].at("arguments"), R"({"a":1})");
  EXPECT_EQ(output[2].at("arguments"), "{}");
  EXPECT_EQ(output[2].at("namespace"), "n");
  std::string deltas[3];
  for (const auto& event : events) {
    if (event.at("type") != "response.function_call_arguments.delta") continue;
    const auto at = event.at("output_index").to_number<std::size_t>();
    EXPECT_EQ(event.at("item_id"), output[at].at("id"));
    deltas[at] += event.at("delta").as_string();
  }
  EXPECT_THAT(deltas, ElementsAre("", R"({"a":1})", "{}"));
}

TEST(ResponsesStream, TellsCallsOfEveryKind) {
  const struct {
    std::vector<std::string_view> chunks;
    std::vector<std::string> names;
  } cases[] = {
      {{R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}}]})"},
       {"output_item.added", "function_call_arguments.delta", "function_call_arguments.done",
        "output_item.done"}},
      {{R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"patch","arguments":"{\"input\":"}}]}}]})",
        R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"x\"}"}}]}}]})"},
       {"output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done",
        "output_item.done"}},
      {{R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"local_shell","arguments":"{\"command\":[\"ls\"]}"}}]}}]})"},
       {"output_item.added", "output_item.done"}},
      // A name that comes late.
      {{R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"arguments":"{"}}]}}]})",
        R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]}}]})"},
       {"output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
        "function_call_arguments.done", "output_item.done"}},
      // A name in every chunk.
      {{R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}}]})",
        R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"}"}}]}}]})"},
       {"output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
        "function_call_arguments.done", "output_item.done"}},
      // Two calls at one index.
      {{R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}}]})",
        R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"d","function":{"name":"f","arguments":"{}"}}]}}]})"},
       {"output_item.added", "function_call_arguments.delta", "output_item.added",
        "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
        "function_call_arguments.done", "output_item.done"}},
  };
  for (const auto& c : cases) {
    const auto events = streamed(kTools, c.chunks);
    auto names = names_of(events);
    names.erase(names.begin(), names.begin() + 2);
    names.pop_back();
    EXPECT_THAT(names, ElementsAreArray(c.names)) << c.chunks.front();
    for (const auto& item : response_of(events).at("output").as_array()) {
      EXPECT_EQ(item.at("status"), "completed");
      if (item.at("type") == "function_call") EXPECT_EQ(item.at("arguments"), "{}");
      if (item.at("type") == "custom_tool_call") EXPECT_EQ(item.at("input"), "x");
    }
  }
}

TEST(ResponsesStream, IsWholeWhateverTheUpstreamLeavesOut) {
  const struct {
    std::vector<std::string_view> chunks;
    std::string_view id;  ///< empty: any
    std::size_t items;
  } cases[] = {
      {{}, "", 0},
      {{R"({"id":"","created":0,"choices":[]})"}, "", 0},
      {{R"({"id":"x","choices":[]})"}, "resp_x", 0},
      {{R"({"created":5,"choices":[{"delta":{"content":"a"}}]})"}, "", 1},
      {{R"({"id":"","choices":[],"prompt_filter_results":[]})",
        R"({"id":"x","choices":[{"delta":{"content":"a"}}]})"},
       "resp_x",
       1},
      {{R"({"id":"x","choices":[{"delta":{"content":null,"tool_calls":null}}]})"}, "resp_x", 0},
  };
  for (const auto& c : cases) {
    const auto events = streamed(kTools, c.chunks);
    EXPECT_EQ(events.front().at("type"), "response.created");
    EXPECT_EQ(events.back().at("type"), "response.completed");
    const auto id = text(response_of(events).at("id"));
    EXPECT_TRUE(c.id.empty() ? id.size() > std::string_view("resp_").size() : id == c.id) << id;
    EXPECT_TRUE(response_of(events).at("usage").is_null());
    EXPECT_EQ(response_of(events).at("output").as_array().size(), c.items);
  }
}

TEST(ResponsesStream, KnowsItsIdOnceTheUpstreamSaysIt) {
  const auto answer = answer_to();
  EXPECT_EQ(answer->id(), "");
  std::string out;
  answer->take(parsed(R"({"id":"x\"y","choices":[{"delta":{}}]})"), out);
  EXPECT_EQ(answer->id(), R"("resp_x\"y")");
}

TEST(ResponsesStream, AnAnswerBeyondItsBoundsHasFailed) {
  const auto calls = [](int count) {
    std::string event = R"({"choices":[{"delta":{"tool_calls":[)";
    for (int i = 0; i < count; ++i) {
      if (i > 0) event += ',';
      event += R"({"index":)" + std::to_string(i) + R"(,"id":"c","function":{"name":"f"}})";
    }
    return event + "]}}]}";
  };
  const struct {
    std::string event;
    int times;
    bool failed;
  } cases[] = {
      {calls(1'024), 1, false},
      {calls(1'025), 1, true},
      {calls(200'000), 1, true},
      {R"({"choices":[{"delta":{"content":")" + std::string(1 << 20, 'a') + R"("}}]})", 32, false},
      {R"({"choices":[{"delta":{"content":")" + std::string(1 << 20, 'a') + R"("}}]})", 33, true},
      {R"({"choices":[{"delta":{},"finish_reason":"abort"}]})", 1, true},
  };
  for (const auto& c : cases) {
    const auto answer = answer_to();
    std::string out;
    for (int i = 0; i < c.times; ++i) answer->take(parsed(c.event), out);
    EXPECT_EQ(answer->failed(), c.failed) << c.event.substr(0, 80);
  }
}

TEST(ResponsesStream, CallsWithoutIdsAreKeptApart) {
  const auto events = streamed(
      kTools,
      {R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"a\":2}"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"h","arguments":"{}"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{},"finish_reason":"tool_calls"}]})"});

  const auto& output = response_of(events).at("output").as_array();
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(output.at(0).at("arguments"), R"({"a":1})");
  EXPECT_EQ(output.at(1).at("arguments"), R"({"a":2})");
  EXPECT_EQ(output.at(2).at("name"), "h");
  EXPECT_NE(output.at(0).at("call_id"), output.at(1).at("call_id"));
}

TEST(ResponsesStream, TheReasonToStopSaysWhatBecameOfIt) {
  const struct {
    const char* reason;
    const char* type;
    bool failed;
  } cases[] = {
      {"stop", "response.completed", false},
      {"tool_calls", "response.completed", false},
      {"eos", "response.completed", false},
      {"length", "response.incomplete", false},
      {"model_context_window_exceeded", "response.incomplete", false},
      {"content_filter", "response.incomplete", false},
      {"sensitive", "response.incomplete", false},
      {"abort", "response.failed", true},
      {"network_error", "response.failed", true},
      {"cancelled", "response.failed", true},
  };
  for (const auto& c : cases) {
    const auto answer = answer_to();
    std::string out;
    answer->take(parsed(std::string(R"({"choices":[{"delta":{"content":"a"},"finish_reason":")") +
                        c.reason + R"("}]})"),
                 out);
    EXPECT_EQ(answer->failed(), c.failed) << c.reason;
    answer->end(out);
    EXPECT_EQ(events_of(out).back().at("type"), c.type) << c.reason;
  }
}

TEST(ResponsesStream, IdsAreBoundedAndDifferFromRequestToRequest) {
  const auto id_of = [](std::string_view members, const std::string& upstream_id) {
    const auto answer = answer_to(members);
    std::string out;
    answer->take(parsed(R"({"id":")" + upstream_id + R"(","choices":[{"delta":{"content":"a"}}]})"),
                 out);
    return std::string(answer->id());
  };
  EXPECT_EQ(id_of(kTools, "x"), R"("resp_x")");
  EXPECT_LT(id_of(kTools, std::string(1'000'000, 'x')).size(), 100U);
  EXPECT_NE(id_of(kTools, ""), id_of(R"("temperature":1)", ""));
  EXPECT_EQ(id_of(kTools, ""), id_of(kTools, ""));
}

TEST(ResponsesStream, NullInsteadOfArgumentsIsNone) {
  const auto events = streamed(
      kTools,
      {R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"null"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{},"finish_reason":"tool_calls"}]})"});
  EXPECT_EQ(response_of(events).at("output").at(0).at("arguments"), "{}");
}

TEST(ResponsesStream, SaysWhetherAReasonToStopCame) {
  const auto answer = answer_to();
  std::string out;
  answer->take(parsed(R"({"choices":[{"delta":{"content":"a"},"finish_reason":null}]})"), out);
  EXPECT_FALSE(answer->has_finished());
  answer->take(parsed(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})"), out);
  EXPECT_TRUE(answer->has_finished());
}

TEST(ResponsesStream, MarksWhatWasCutOff) {
  const auto events = streamed(
      kTools,
      {R"({"id":"x","choices":[{"delta":{"content":"a"}}]})",
       R"({"id":"x","choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{\"a"}}]}}]})",
       R"({"id":"x","choices":[{"delta":{},"finish_reason":"length"}]})"});

  const auto& response = response_of(events);
  EXPECT_EQ(events.back().at("type"), "response.incomplete");
  EXPECT_EQ(response.at("output").at(0).at("status"), "completed");
  EXPECT_EQ(response.at("output").at(1).at("status"), "incomplete");
  EXPECT_EQ(response.at("output").at(1).at("arguments"), R"({"a)");
}

TEST(ResponsesStream, CountsTheLastUsage) {
  const auto events = streamed(
      kTools,
      {R"({"id":"x","choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}})",
       R"({"id":"x","choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_cache_hit_tokens":8}})"});

  EXPECT_EQ(response_of(events).at("usage"), json::parse(R"({"input_tokens":9,
      "input_tokens_details":{"cached_tokens":8,"cache_write_tokens":0},"output_tokens":2,
      "output_tokens_details":{"reasoning_tokens":0},"total_tokens":11})"));
}

}  // namespace
}  // namespace weir::translation
