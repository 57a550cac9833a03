// Sessions of an agent through the translation: what the upstream is asked, and what the client
// reads of its answers, is what the model of the session says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "translation/message_for_test.hpp"
#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kSeed = 20261130;
constexpr int kSessions = 120;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t in) { return below(in) == 0; }
  template <class T, std::size_t N>
  T one_of(const T (&choices)[N]) {
    return choices[below(N)];
  }

 private:
  std::mt19937_64 random_;
};

struct Call {
  std::string id;
  std::string name;
  std::string arguments;  // compact, as every writer of JSON puts it
};

struct Reply {
  std::string_view member;  // of the thinking
  std::string thinking;
  std::string text;
  std::vector<Call> calls;
  bool cut = false;
  std::int64_t prompt = 0;
  std::int64_t cached = 0;
  std::int64_t completion = 0;

  [[nodiscard]] std::string_view finish() const {
    if (cut) return "length";
    return calls.empty() ? "stop" : "tool_calls";
  }
  [[nodiscard]] std::string_view stop_reason() const {
    if (cut) return "max_tokens";
    return calls.empty() ? "end_turn" : "tool_use";
  }
};

std::string text_of(Dice& dice, std::size_t most) {
  static constexpr const char* kWords[] = {"list ",  "the\n",   "\"files\" ",   "\\path ", "然后 ",
                                           "naïve ", "{\"a\":", "<tool_call> ", "😀 ",     "\t"};
  std::string text;
  for (auto words = dice.below(most); words > 0; --words) text += dice.one_of(kWords);
  return text;
}

std::string arguments_of(Dice& dice) {
  static constexpr const char* kValues[] = {R"("src/main.cpp")",
                                            R"("a \"quoted\"\\ {brace} [x]")",
                                            R"("中文\n")",
                                            "0",
                                            "-12",
                                            "9007199254740993",
                                            "1.5",
                                            "-0.25",
                                            "1e+30",
                                            "2.0",
                                            "true",
                                            "null",
                                            "[]",
                                            "{}",
                                            R"([1,{"x":[2]}])",
                                            R"({"deep":{"er":["}"]}})"};
  std::string text = "{";
  const auto members = dice.below(5);
  for (std::size_t i = 0; i < members; ++i) {
    if (i > 0) text += ',';
    text.append("\"k").append(std::to_string(i)).append("\":").append(dice.one_of(kValues));
  }
  return text + "}";
}

Reply reply_of(Dice& dice, int turn) {
  Reply reply;
  reply.member = dice.chance(2) ? "reasoning_content" : "reasoning";
  if (dice.chance(2)) reply.thinking = text_of(dice, 12);
  if (!dice.chance(3)) reply.text = text_of(dice, 20);
  if (!dice.chance(4)) {
    for (auto calls = 1 + dice.below(4); calls > 0; --calls) {
      static constexpr const char* kNames[] = {"Read", "Bash", "mcp__server__search", "Edit"};
      reply.calls.push_back({"call_" + std::to_string(turn) + "_" + std::to_string(calls),
                             dice.one_of(kNames), arguments_of(dice)});
    }
  }
  if (reply.calls.empty()) {
    reply.cut = dice.chance(5);
    reply.text += "end";
  }
  reply.prompt = static_cast<std::int64_t>(10 + dice.below(200'000));
  reply.cached = static_cast<std::int64_t>(dice.below(static_cast<std::size_t>(reply.prompt)));
  reply.completion = static_cast<std::int64_t>(1 + dice.below(4'000));
  return reply;
}

// Both sides of a conversation, built apart.
struct Session {
  json::array anthropic;
  json::array chat;
};

json::object text_block(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

json::object image_block() {
  return {{"type", "image"},
          {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", "iVBORw0KGgo="}}}};
}

json::object image_part() {
  return {{"type", "image_url"}, {"image_url", {{"url", "data:image/png;base64,iVBORw0KGgo="}}}};
}

void ask(Session& session, Dice& dice) {
  const auto text = text_of(dice, dice.chance(20) ? 4'000 : 30) + "?";
  if (dice.chance(3)) {
    session.anthropic.push_back({{"role", "user"}, {"content", {text_block(text), image_block()}}});
    session.chat.push_back({{"role", "user"}, {"content", {text_block(text), image_part()}}});
    return;
  }
  auto block = text_block(text);
  block["cache_control"] = {{"type", "ephemeral"}};
  session.anthropic.push_back({{"role", "user"}, {"content", json::array{block}}});
  session.chat.push_back({{"role", "user"}, {"content", text}});
}

// The client runs the tools: some fail, some take a picture; it may add a reminder.
void give_results(Session& session, const Reply& reply, Dice& dice) {
  json::array blocks;
  json::array parts;
  for (const auto& call : reply.calls) {
    json::object block{{"type", "tool_result"}, {"tool_use_id", call.id}};
    const auto text = "out " + text_of(dice, 10);
    std::string said = text;
    switch (dice.below(4)) {
      case 0:
        block["content"] = text;
        block["is_error"] = true;
        said = "Error: " + text;
        break;
      case 1:
        block["content"] = {text_block(text), image_block()};
        said += "\n\n[Attachments of this result are in the next user message.]";
        parts.push_back(text_block("[Attachments of the result of tool call " + call.id + "]"));
        parts.push_back(image_part());
        break;
      case 2:
        block["content"] = json::array{text_block(text)};
        break;
      default:
        block["content"] = text;
    }
    blocks.push_back(block);
    session.chat.push_back({{"role", "tool"}, {"tool_call_id", call.id}, {"content", said}});
  }
  if (dice.chance(3)) {
    blocks.push_back(text_block("reminder"));
    parts.push_back(text_block("reminder"));
  }
  session.anthropic.push_back({{"role", "user"}, {"content", blocks}});
  if (parts.empty()) return;
  const bool is_text = parts.size() == 1;
  session.chat.push_back(
      {{"role", "user"}, {"content", is_text ? json::value("reminder") : json::value(parts)}});
}

json::object chat_message(const Reply& reply) {
  json::object message{{"role", "assistant"}};
  message["content"] = reply.text.empty() ? json::value() : json::value(reply.text);
  json::array calls;
  for (const auto& call : reply.calls) {
    calls.push_back({{"id", call.id},
                     {"type", "function"},
                     {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  if (calls.empty()) return message;
  message["tool_calls"] = calls;
  if (reply.member == "reasoning_content" && !reply.thinking.empty()) {
    message[reply.member] = reply.thinking;
  }
  return message;
}

json::object chat_usage(const Reply& reply) {
  return {{"prompt_tokens", reply.prompt},
          {"completion_tokens", reply.completion},
          {"total_tokens", reply.prompt + reply.completion},
          {"prompt_tokens_details", {{"cached_tokens", reply.cached}}}};
}

json::object whole_answer(const Reply& reply) {
  auto message = chat_message(reply);
  if (!reply.thinking.empty()) message[reply.member] = reply.thinking;
  json::object choice{{"index", 0}, {"message", message}, {"finish_reason", reply.finish()}};
  return {{"id", "chatcmpl-7"}, {"choices", json::array{choice}}, {"usage", chat_usage(reply)}};
}

json::object event_of(json::object delta) {
  json::object choice{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}};
  return {{"id", "chatcmpl-7"}, {"choices", json::array{choice}}};
}

std::size_t next_cut(std::string_view text, Dice& dice) {
  auto cut = dice.chance(8) ? text.size() : std::min(text.size(), 1 + dice.below(6));
  while (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) ++cut;
  return cut;
}

void stream_text(std::vector<json::object>& events, std::string_view member, std::string_view text,
                 Dice& dice) {
  while (!text.empty()) {
    const auto cut = next_cut(text, dice);
    events.push_back(event_of({{member, text.substr(0, cut)}}));
    text.remove_prefix(cut);
  }
}

json::object call_event(std::size_t index, const Call& call, std::string_view arguments,
                        bool announces) {
  json::object piece{{"index", static_cast<std::int64_t>(index)}};
  json::object function{{"arguments", arguments}};
  if (announces) {
    piece["id"] = call.id;
    piece["type"] = "function";
    function["name"] = call.name;
  }
  piece["function"] = function;
  return event_of({{"tool_calls", json::array{piece}}});
}

// One after the other, or in turns.
void stream_calls(std::vector<json::object>& events, const std::vector<Call>& calls, Dice& dice) {
  const bool alternate = dice.chance(2);
  std::vector<std::string_view> rest;
  for (const auto& call : calls) rest.emplace_back(call.arguments);
  std::vector<bool> announced(calls.size());
  for (;;) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!rest[i].empty()) open.push_back(i);
    }
    if (open.empty()) return;
    const auto which = alternate ? open[dice.below(open.size())] : open.front();
    const auto cut = announced[which] ? next_cut(rest[which], dice)
                                      : dice.below(2) * next_cut(rest[which], dice);
    events.push_back(
        call_event(which, calls[which], rest[which].substr(0, cut), !announced[which]));
    announced[which] = true;
    rest[which].remove_prefix(cut);
  }
}

std::vector<json::object> stream_answer(const Reply& reply, Dice& dice) {
  std::vector<json::object> events{event_of({{"role", "assistant"}, {"content", ""}})};
  stream_text(events, reply.member, reply.thinking, dice);
  stream_text(events, "content", reply.text, dice);
  stream_calls(events, reply.calls, dice);
  auto last = event_of({});
  last["choices"].at(0).as_object()["finish_reason"] = reply.finish();
  if (dice.chance(3)) {
    last["usage"] = chat_usage(reply);
    events.push_back(last);
  } else {
    events.push_back(last);
    events.push_back(
        {{"id", "chatcmpl-7"}, {"choices", json::array()}, {"usage", chat_usage(reply)}});
  }
  return events;
}

// Calls are compared by their ids: alternating streams begin them in any order.
void expect_reply(const json::object& message, const Reply& reply) {
  std::string thinking;
  std::string text;
  std::map<std::string, Call> calls;
  for (const auto& value : message.at("content").as_array()) {
    const auto& block = value.as_object();
    if (block.at("type") == "thinking") thinking += block.at("thinking").as_string();
    if (block.at("type") == "text") text += block.at("text").as_string();
    if (block.at("type") != "tool_use") continue;
    const std::string id(block.at("id").as_string());
    calls[id] = {id, std::string(block.at("name").as_string()), json::serialize(block.at("input"))};
  }
  EXPECT_EQ(thinking, reply.thinking);
  EXPECT_EQ(text, reply.text);
  EXPECT_EQ(calls.size(), reply.calls.size());
  for (const auto& call : reply.calls) {
    EXPECT_EQ(calls[call.id].name, call.name);
    EXPECT_EQ(calls[call.id].arguments, json::serialize(json::parse(call.arguments)));
  }
  EXPECT_EQ(message.at("stop_reason").as_string(), reply.stop_reason());
  const auto& usage = message.at("usage");
  EXPECT_EQ(usage.at("input_tokens"), reply.prompt - reply.cached);
  EXPECT_EQ(usage.at("cache_read_input_tokens"), reply.cached);
  EXPECT_EQ(usage.at("output_tokens"), reply.completion);
}

json::object request_of(const Session& session) {
  json::array tools;
  for (const char* name : {"Read", "Bash", "mcp__server__search", "Edit"}) {
    tools.push_back({{"name", name}, {"description", "d"}, {"input_schema", {{"type", "object"}}}});
  }
  return {{"model", "claude-local"}, {"max_tokens", 32000},
          {"stream", true},          {"system", json::array{text_block("You are an agent.")}},
          {"tools", tools},          {"messages", session.anthropic}};
}

Request translate_turn(const Session& session) {
  auto request = translate(catalogue::Endpoint::messages, json::serialize(request_of(session)),
                           {.model = "claude-local", .upstream_model = "glm"});
  EXPECT_TRUE(request) << (request ? "" : request.error().detail);
  return request ? std::move(*request) : Request{};
}

// Arguments are compared as bytes.
void expect_asked(const Request& request, const Session& session) {
  auto messages = session.chat;
  messages.insert(messages.begin(),
                  json::object{{"role", "system"}, {"content", "You are an agent."}});
  EXPECT_EQ(json::parse(request.body).at("messages"), messages);
}

// Returns the content that the client keeps.
json::array answer_turn(const Session& session, const Reply& reply, Dice& dice) {
  const auto whole = translate_turn(session);
  expect_asked(whole, session);
  expect_reply(json::parse(whole.answer->rewrite(whole_answer(reply))).as_object(), reply);

  const auto streamed = translate_turn(session);
  std::string out;
  for (const auto& event : stream_answer(reply, dice)) streamed.answer->take(event, out);
  streamed.answer->end(out);
  const auto message = read_stream(out);
  expect_reply(message, reply);
  return message.at("content").as_array();
}

// The reply in the order in which the client has it.
void keep(Session& session, Reply& reply, const json::array& content) {
  std::vector<Call> ordered;
  for (const auto& block : content) {
    if (block.at("type") != "tool_use") continue;
    for (const auto& call : reply.calls) {
      if (block.at("id") == json::value(call.id)) ordered.push_back(call);
    }
  }
  reply.calls = std::move(ordered);
  session.anthropic.push_back({{"role", "assistant"}, {"content", content}});
  session.chat.push_back(chat_message(reply));
}

TEST(MessagesSessions, AreWhatTheirModelSays) {
  for (int number = 0; number < kSessions && !testing::Test::HasFailure(); ++number) {
    SCOPED_TRACE(testing::Message() << "session " << number << " of seed " << kSeed);
    Dice dice(kSeed + static_cast<std::uint64_t>(number));
    Session session;
    ask(session, dice);
    for (int turn = 0; turn < 8; ++turn) {
      auto reply = reply_of(dice, turn);
      keep(session, reply, answer_turn(session, reply, dice));
      if (reply.calls.empty()) {
        ask(session, dice);
      } else {
        give_results(session, reply, dice);
      }
    }
  }
}

}  // namespace
}  // namespace weir::translation
