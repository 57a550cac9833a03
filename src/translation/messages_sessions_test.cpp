// Sessions of an agent through the translation: what the upstream is asked, and what the client
// reads of its answers, is what the model of the session says.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "translation/message_for_test.hpp"
#include "translation/session_for_test.hpp"
#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kSeed = 20261130;
constexpr int kSessions = 120;

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

json::object kept_message(const Reply& reply) {
  auto repeated = reply;
  for (auto& call : repeated.calls) call.arguments = compact(call.arguments);
  return chat_message(repeated, reply.member == "reasoning_content");
}

// Calls are compared by their ids: alternating streams begin them in any order.
std::string_view stop_reason_of(const Reply& reply) {
  if (reply.cut) return "max_tokens";
  return reply.calls.empty() ? "end_turn" : "tool_use";
}

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
  EXPECT_EQ(message.at("stop_reason").as_string(), stop_reason_of(reply));
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
  session.chat.push_back(kept_message(reply));
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
