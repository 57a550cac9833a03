#include "translation/messages_answer.hpp"

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/message_for_test.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr std::uint64_t kSeed = 0x1234;

MessagesAnswer make_answer() {
  return MessagesAnswer(
      {.model = "claude-local", .seed = kSeed, .stop_sequences = {"STOP", "END"}});
}

json::object whole(std::string_view answer) {
  auto messages = make_answer();
  return json::parse(messages.rewrite(json::parse(answer).as_object())).as_object();
}

// The answer with one choice of the message and its finish_reason.
json::object whole_of(std::string_view message, std::string_view finish) {
  return whole(std::string(R"({"id":"chatcmpl-1","choices":[{"index":0,"message":)")
                   .append(message)
                   .append(R"(,"finish_reason":)")
                   .append(finish)
                   .append("}]}"));
}

std::string stream(const std::vector<std::string>& events) {
  auto messages = make_answer();
  std::string out;
  for (const auto& event : events) messages.take(json::parse(event).as_object(), out);
  messages.end(out);
  return out;
}

std::string delta(std::string_view members, std::string_view finish = "null") {
  return std::string(R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{)")
      .append(members)
      .append(R"(},"finish_reason":)")
      .append(finish)
      .append("}]}");
}

std::string call(int index, std::string_view id, std::string_view name,
                 std::string_view arguments) {
  json::object function;
  if (!name.empty()) function["name"] = name;
  function["arguments"] = arguments;
  json::object piece{{"index", index}, {"function", function}};
  if (!id.empty()) piece["id"] = id;
  return delta(R"("tool_calls":[)" + json::serialize(piece) + "]");
}

// The content, as a client that reads the stream has it.
std::string content_of(const std::vector<std::string>& events) {
  return json::serialize(read_stream(stream(events)).at("content"));
}

TEST(MessagesAnswer, IsAMessage) {
  EXPECT_EQ(
      whole(R"({"id":"chatcmpl-9","object":"chat.completion","created":5,"model":"glm","choices":[
        {"index":0,"message":{"role":"assistant","content":"Hi \"you\"","reasoning_content":"hm"},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,
        "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}})"),
      json::parse(R"({"id":"msg_9","type":"message","role":"assistant","model":"claude-local",
        "content":[{"type":"thinking","thinking":"hm","signature":"weir:reasoning_content"},
        {"type":"text","text":"Hi \"you\""}],"stop_reason":"end_turn","stop_sequence":null,
        "usage":{"input_tokens":6,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,
        "output_tokens":7,"output_tokens_details":{"thinking_tokens":2}}})"));
}

TEST(MessagesAnswer, HasTheInputOfToolsAsObjects) {
  const struct {
    const char* arguments;
    const char* input;
  } cases[] = {
      {R"("{\"a\": [1, 1.50]}")", R"({"a":[1,1.5]})"},
      {R"("")", "{}"},
      {R"("null")", "{}"},
      {R"("{\"a\":")", R"({"INVALID_JSON":"{\"a\":"})"},
      {R"("[1]")", R"({"INVALID_JSON":"[1]"})"},
      {R"("\"{}\"")", R"({"INVALID_JSON":"\"{}\""})"},
      {"null", "{}"},
  };
  for (const auto& c : cases) {
    const auto message = whole_of(
        std::string(
            R"({"content":null,"tool_calls":[{"id":"x","type":"function","function":{"name":"f","arguments":)")
            .append(c.arguments)
            .append("}}]}"),
        R"("tool_calls")");
    EXPECT_EQ(message.at("content"),
              json::parse(std::string(R"([{"type":"tool_use","id":"x","name":"f","input":)")
                              .append(c.input)
                              .append("}]")));
    EXPECT_EQ(message.at("stop_reason"), "tool_use");
  }
}

TEST(MessagesAnswer, KeepsTheBytesOfArguments) {
  auto messages = make_answer();
  const auto body = messages.rewrite(
      json::parse(R"({"choices":[{"message":{"tool_calls":[{"id":"x","function":{"name":"f",
        "arguments":"{ \"n\": 1.50, \"big\": 123456789012345678901234567890 }"}}]}}]})")
          .as_object());
  EXPECT_THAT(body, HasSubstr(R"("input":{ "n": 1.50, "big": 123456789012345678901234567890 }})"));
}

TEST(MessagesAnswer, SaysWhyItEnded) {
  const struct {
    const char* message;
    const char* finish;
    const char* reason;
  } cases[] = {
      {R"({"content":"a"})", R"("stop")", "end_turn"},
      {R"({"content":"a"})", R"("length")", "max_tokens"},
      {R"({"content":""})", R"("content_filter")", "refusal"},
      {R"({"content":null,"refusal":"I cannot."})", R"("stop")", "refusal"},
      {R"({"content":"a"})", R"("eos")", "end_turn"},
      {R"({"content":"a"})", "null", "end_turn"},
      {R"({"content":"a"})", R"("tool_calls")", "end_turn"},
      {R"({"tool_calls":[{"id":"x","function":{"name":"f"}}]})", R"("stop")", "tool_use"},
      {R"({"tool_calls":[{"id":"x","function":{"name":"f"}}]})", R"("length")", "max_tokens"},
      {R"({"tool_calls":[{}]})", R"("stop")", "end_turn"},
  };
  for (const auto& c : cases) {
    const auto message = whole_of(c.message, c.finish);
    EXPECT_EQ(message.at("stop_reason"), c.reason) << c.message << c.finish;
    EXPECT_TRUE(message.at("stop_sequence").is_null());
  }
}

TEST(MessagesAnswer, NamesTheStopSequenceWhereTheUpstreamDoes) {
  for (const char* member : {R"("stop_reason":"END")", R"("matched_stop":"END")"}) {
    const auto message =
        whole(std::string(R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop",)")
                  .append(member)
                  .append("}]}"));
    EXPECT_EQ(message.at("stop_reason"), "stop_sequence");
    EXPECT_EQ(message.at("stop_sequence"), "END");
  }
  for (const char* other : {"151645", R"("eos")", R"("stop")"}) {
    const auto message =
        whole(std::string(R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop",)")
                  .append(R"("stop_reason":)")
                  .append(other)
                  .append("}]}"));
    EXPECT_EQ(message.at("stop_reason"), "end_turn") << other;
    EXPECT_TRUE(message.at("stop_sequence").is_null());
  }
}

TEST(MessagesAnswer, IsAMessageWhateverTheUpstreamLeavesOut) {
  for (const char* answer :
       {"{}", R"({"choices":[]})", R"({"choices":[{"message":{"content":null}}]})"}) {
    const auto message = whole(answer);
    EXPECT_EQ(message.at("id"), "msg_0000000000001234");
    EXPECT_EQ(message.at("content"), json::array());
    EXPECT_EQ(message.at("stop_reason"), "end_turn");
    EXPECT_EQ(message.at("usage").at("output_tokens"), 0);
  }
}

TEST(MessagesAnswer, GivesCallsWithoutAnIdOneOfTheirOwn) {
  const auto message =
      whole_of(R"({"tool_calls":[{"function":{"name":"f"}},{"id":"","function":{"name":"f"}}]})",
               R"("stop")");
  EXPECT_EQ(message.at("content").at(0).at("id"), "toolu_0000000000001234_0");
  EXPECT_EQ(message.at("content").at(1).at("id"), "toolu_0000000000001234_1");
}

TEST(MessagesStream, IsEventsOfAMessage) {
  EXPECT_EQ(
      stream(
          {delta(R"("role":"assistant","content":"")"), delta(R"("content":"Hi")"),
           delta(R"("content":"")", R"("stop")"),
           R"({"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}})"}),
      R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-local","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}

event: message_stop
data: {"type":"message_stop"}

)");
}

TEST(MessagesStream, TellsEachPieceOfTextAtOnce) {
  auto messages = make_answer();
  for (const char* member : {"content", "reasoning_content", "reasoning", "content"}) {
    std::string out;
    messages.take(
        json::parse(delta(std::string("\"").append(member).append(R"(":"piece")"))).as_object(),
        out);
    EXPECT_THAT(out, HasSubstr(R"(":"piece"}})")) << member;
  }
}

TEST(MessagesStream, CountsItsEventsAndKnowsItsId) {
  auto messages = make_answer();
  EXPECT_EQ(messages.id(), "");
  std::string out;
  messages.take(json::parse(delta(R"("content":"a")")).as_object(), out);
  EXPECT_EQ(messages.id(), R"("msg_1")");
  EXPECT_EQ(messages.events(), 3U);
  messages.end(out);
  EXPECT_EQ(messages.events(), 6U);
}

TEST(MessagesStream, OpensAndClosesBlocksOneAtATime) {
  const struct {
    const char* title;
    std::vector<std::string> events;
    const char* content;
  } cases[] = {
      {"reasoning in both members",
       {delta(R"("reasoning_content":"a","reasoning":"a")"), delta(R"("reasoning":"b")"),
        delta(R"("content":"c")")},
       R"([{"type":"thinking","thinking":"ab","signature":"weir:reasoning"},{"type":"text","text":"c"}])"},
      {"text and reasoning alternate",
       {delta(R"("content":"a")"), delta(R"("reasoning":"b")"), delta(R"("content":"c")")},
       R"([{"type":"text","text":"a"},{"type":"thinking","thinking":"b","signature":"weir:reasoning"},{"type":"text","text":"c"}])"},
      {"content in parts",
       {delta(R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]}])"),
        delta(R"("content":[{"type":"text","text":"b"}])")},
       R"([{"type":"thinking","thinking":"a","signature":"weir:content"},{"type":"text","text":"b"}])"},
      {"a call in one piece",
       {delta(R"("content":"a")"), call(0, "x", "f", R"({"n":1})")},
       R"([{"type":"text","text":"a"},{"type":"tool_use","id":"x","name":"f","input":{"n":1}}])"},
      {"a call by characters",
       {call(0, "x", "f", ""), call(0, "", "", "{"), call(0, "", "", "\"}"), call(0, "", "", "\""),
        call(0, "", "", ":"), call(0, "", "", "1"), call(0, "", "", "}")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{"}":1}}])"},
      {"calls one after the other, the first without arguments",
       {call(0, "x", "f", ""), call(1, "y", "g", "{"), call(1, "", "", "}")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"tool_use","id":"y","name":"g","input":{}}])"},
      {"calls that alternate",
       {call(0, "x", "f", ""), call(1, "y", "g", ""), call(0, "", "", R"({"a")"),
        call(1, "", "", R"({"b")"), call(0, "", "", ":1}"), call(1, "", "", ":2}")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{"a":1}},{"type":"tool_use","id":"y","name":"g","input":{"b":2}}])"},
      {"text between the pieces of a call",
       {call(0, "x", "f", "{"), delta(R"("content":"a")"), call(0, "", "", "}")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"text","text":"a"}])"},
      {"text after a call",
       {call(0, "x", "f", "{}"), delta(R"("content":"a")"), call(1, "y", "f", "{}")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"text","text":"a"},{"type":"tool_use","id":"y","name":"f","input":{}}])"},
      {"text after a call without arguments",
       {call(0, "x", "f", ""), delta(R"("content":"a")"), delta(R"("content":"b")")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"text","text":"ab"}])"},
      {"blank text before the arguments of a call",
       {call(0, "x", "f", ""), delta(R"("content":"\n")"), call(0, "", "", R"({"n":1})")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{"n":1}},{"type":"text","text":"\n"}])"},
      {"calls whose arguments are null",
       {call(0, "x", "f", "nu"), call(0, "", "", "ll"), call(1, "y", "f", "null")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"tool_use","id":"y","name":"f","input":{}}])"},
      {"a name that comes late",
       {call(0, "x", "", R"({"n")"), call(0, "", "", ":1}"), call(0, "", "f", "")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{"n":1}}])"},
      {"a name that never comes",
       {call(0, "x", "", "{}")},
       R"([{"type":"tool_use","id":"x","name":"","input":{}}])"},
      {"a name with each piece, and another id",
       {call(0, "x", "f", "{"), call(0, "x", "f", "}"), call(1, "y", "g", "{"),
        call(1, "z", "", "}")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"tool_use","id":"y","name":"g","input":{}}])"},
      {"every call has the index 0",
       {call(0, "x", "f", R"({"a":1})"), call(0, "y", "f", R"({"a":2})")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{"a":1}},{"type":"tool_use","id":"y","name":"f","input":{"a":2}}])"},
      {"every call has the index 0, and none an id",
       {call(0, "", "f", R"({"a":1})"), call(0, "", "f", R"({"a":2})")},
       R"([{"type":"tool_use","id":"toolu_0000000000001234_0","name":"f","input":{"a":1}},{"type":"tool_use","id":"toolu_0000000000001234_1","name":"f","input":{"a":2}}])"},
      {"the same with other names, the first without arguments, and empty ids",
       {delta(R"("tool_calls":[{"id":"","function":{"name":"f"}}])"),
        delta(R"("tool_calls":[{"id":"","function":{"name":"g","arguments":"{}"}}])")},
       R"([{"type":"tool_use","id":"toolu_0000000000001234_0","name":"f","input":{}},{"type":"tool_use","id":"toolu_0000000000001234_1","name":"g","input":{}}])"},
      {"a name with each piece, the last of which is empty",
       {call(0, "", "f", "{"), call(0, "", "f", "}"), call(0, "", "f", "")},
       R"([{"type":"tool_use","id":"toolu_0000000000001234_0","name":"f","input":{}}])"},
      {"something empty for a call that is over",
       {call(0, "x", "f", "{}"), call(1, "y", "f", "{}"), call(0, "x", "f", ""),
        call(0, "", "", " ")},
       R"([{"type":"tool_use","id":"x","name":"f","input":{}},{"type":"tool_use","id":"y","name":"f","input":{}}])"},
      {"a piece without anything", {delta(R"("tool_calls":[{"index":0}])")}, "[]"},
      {"calls without an id",
       {call(0, "", "f", "{}"), call(1, "", "f", "{}")},
       R"([{"type":"tool_use","id":"toolu_0000000000001234_0","name":"f","input":{}},{"type":"tool_use","id":"toolu_0000000000001234_1","name":"f","input":{}}])"},
      {"a refusal", {delta(R"("refusal":"no")")}, R"([{"type":"text","text":"no"}])"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.title);
    EXPECT_EQ(json::parse(content_of(c.events)), json::parse(c.content));
  }
}

TEST(MessagesStream, SaysWhyItEnded) {
  const struct {
    std::vector<std::string> events;
    const char* reason;
  } cases[] = {
      {{}, "end_turn"},
      {{delta("")}, "end_turn"},
      {{delta(R"("content":"a")")}, "end_turn"},
      {{delta(R"("content":"a")"), delta("", R"("length")")}, "max_tokens"},
      {{delta("", R"("content_filter")")}, "refusal"},
      {{delta(R"("refusal":"no")"), delta("", R"("stop")")}, "refusal"},
      {{call(0, "x", "f", "{}")}, "tool_use"},
      {{call(0, "x", "f", "{}"), delta("", R"("stop")")}, "tool_use"},
      {{call(0, "x", "f", R"({"a")")}, "max_tokens"},
      {{call(0, "x", "f", R"({"a")"), delta("", R"("length")")}, "max_tokens"},
      {{delta(R"("content":"a")"),
        R"({"choices":[{"delta":{},"finish_reason":"stop","stop_reason":"END"}]})"},
       "stop_sequence"},
  };
  for (const auto& c : cases) EXPECT_EQ(read_stream(stream(c.events)).at("stop_reason"), c.reason);
}

TEST(MessagesStream, PutsThinkingThatIsNotShownIntoItsSignature) {
  const MessagesAnswer::Setup setup{.model = "m", .hides_thinking = true};
  const auto expected = json::parse(
      R"([{"type":"thinking","thinking":"","signature":"weir:reasoning_content:ab"},
        {"type":"text","text":"c"}])");
  MessagesAnswer messages(setup);
  std::string out;
  for (const auto& event : {delta(R"("reasoning_content":"a")"),
                            delta(R"("reasoning_content":"b")"), delta(R"("content":"c")")}) {
    messages.take(json::parse(event).as_object(), out);
  }
  messages.end(out);
  EXPECT_EQ(read_stream(out).at("content"), expected);

  MessagesAnswer whole(setup);
  const auto body = whole.rewrite(
      json::parse(R"({"choices":[{"message":{"content":"c","reasoning_content":"ab"}}]})")
          .as_object());
  EXPECT_EQ(json::parse(body).at("content"), expected);
}

TEST(MessagesStream, KnowsWhetherTheUpstreamEndedIt) {
  auto messages = make_answer();
  std::string out;
  messages.take(json::parse(delta(R"("content":"a")")).as_object(), out);
  EXPECT_FALSE(messages.has_finished());
  messages.take(json::parse(delta("", R"("stop")")).as_object(), out);
  EXPECT_TRUE(messages.has_finished());
  EXPECT_FALSE(messages.failed());
}

TEST(MessagesStream, FailsWhereTheUpstreamBrokeItOff) {
  for (const char* reason : {"insufficient_system_resource", "network_error", "abort", "error",
                             "cancelled", "timeout"}) {
    const auto last = json::parse(delta(R"("content":"a")", json::serialize(json::value(reason))));
    auto messages = make_answer();
    std::string out;
    messages.take(last.as_object(), out);
    EXPECT_TRUE(messages.failed()) << reason;
    EXPECT_THAT(out, HasSubstr(R"("text":"a")")) << reason;
    auto whole = make_answer();
    [[maybe_unused]] const auto body = whole.rewrite(last.as_object());
    EXPECT_TRUE(whole.failed()) << reason;
  }
}

TEST(MessagesStream, ReportsTheLastUsage) {
  const auto usage =
      read_stream(
          stream(
              {R"({"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":1}})",
               R"({"choices":[{"delta":{}}],"usage":{"prompt_tokens":9,"completion_tokens":5,
                    "prompt_tokens_details":{"cached_tokens":8}}})"}))
          .at("usage");
  EXPECT_EQ(usage.at("input_tokens"), 1);
  EXPECT_EQ(usage.at("cache_read_input_tokens"), 8);
  EXPECT_EQ(usage.at("output_tokens"), 5);
}

// All in one event, the indices in any order.
json::object calls_of(int count) {
  json::array calls;
  for (int i = 0; i < count; ++i) {
    calls.push_back({{"index", (i * 7919) % count}, {"function", {{"name", "f"}}}});
  }
  json::array choices{{{"delta", {{"tool_calls", calls}}}}};
  return {{"choices", choices}};
}

TEST(MessagesStream, FailsAtMoreCallsThanAModelMakes) {
  const struct {
    int calls;
    bool fails;
  } cases[] = {{1'024, false}, {1'025, true}, {200'000, true}};
  for (const auto& c : cases) {
    auto messages = make_answer();
    std::string out;
    messages.take(calls_of(c.calls), out);
    EXPECT_EQ(messages.failed(), c.fails) << c.calls;
    auto whole = make_answer();
    [[maybe_unused]] const auto body = whole.rewrite(calls_of(c.calls));
    EXPECT_EQ(whole.failed(), c.fails) << c.calls;
  }
}

// A piece each, most of which wait: none is looked at again for the next.
TEST(MessagesStream, ReadsManyPiecesOfManyCalls) {
  auto messages = make_answer();
  std::string out;
  messages.take(json::parse(call(0, "x", "f", "{")).as_object(), out);
  for (int round = 0; round < 10; ++round) {
    for (int i = 1; i < 1'000; ++i)
      messages.take(json::parse(call(i, "", "", " ")).as_object(), out);
  }
  EXPECT_FALSE(messages.failed());
}

TEST(MessagesStream, FailsAtArgumentsOfACallThatIsOver) {
  auto messages = make_answer();
  std::string out;
  for (const auto& event : {call(0, "x", "f", "{}"), call(1, "y", "f", "{}")}) {
    messages.take(json::parse(event).as_object(), out);
  }
  EXPECT_FALSE(messages.failed());
  messages.take(json::parse(call(0, "", "", R"({"a":1})")).as_object(), out);
  EXPECT_TRUE(messages.failed());
}

TEST(MessagesStream, TellsTextThatFollowsACallWithoutArguments) {
  auto messages = make_answer();
  std::string out;
  messages.take(json::parse(call(0, "x", "f", "")).as_object(), out);
  messages.take(json::parse(delta(R"("content":"now")")).as_object(), out);
  EXPECT_THAT(out, HasSubstr(R"("text":"now")"));
  messages.take(json::parse(call(0, "", "", "{}")).as_object(), out);
  EXPECT_TRUE(messages.failed());
}

// An upstream that never ends its first call does not fill the memory.
TEST(MessagesStream, HoldsNoMoreThanItsBound) {
  const std::string piece(100'000, 'a');
  const struct {
    const char* title;
    std::string first;
    std::string begin;
    std::string more;
    bool fails;
  } cases[] = {
      {"arguments", call(0, "x", "f", "{"), call(1, "y", "g", "{\""), call(1, "", "", piece), true},
      {"arguments of a call without a name", delta(""), delta(""), call(1, "y", "", piece), true},
      {"text", call(0, "x", "f", "{"), delta(""), delta("\"content\":\"" + piece + "\""), true},
      {"reasoning", call(0, "x", "f", "{"), delta(""), delta("\"reasoning\":\"" + piece + "\""),
       true},
      {"behind a call without arguments", call(0, "x", "f", ""), call(1, "y", "g", "{\""),
       call(1, "", "", piece), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.title);
    auto messages = make_answer();
    std::string out;
    messages.take(json::parse(c.first).as_object(), out);
    messages.take(json::parse(c.begin).as_object(), out);
    const auto more = json::parse(c.more).as_object();
    for (int i = 0; i < 12; ++i) messages.take(more, out);
    EXPECT_EQ(messages.failed(), c.fails);
  }
}

}  // namespace
}  // namespace weir::translation
