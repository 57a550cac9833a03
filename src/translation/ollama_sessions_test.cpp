// Sessions of an agent through the translation: what the upstream is asked, and what a client of
// Ollama's reads of its answers, whole and streamed, is what the model of the session says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "translation/session_for_test.hpp"
#include "translation/translation.hpp"

namespace weir::translation {
namespace {

constexpr std::uint64_t kSeed = 20261201;
constexpr int kSessions = 120;
constexpr int kTurns = 6;

// Both sides of a conversation, built apart.
struct Session {
  json::array ollama;
  json::array chat;
  std::size_t calls = 0;
};

void ask(Session& session, Dice& dice) {
  const auto text = text_of(dice, dice.chance(20) ? 4'000 : 30) + "?";
  json::object asked{{"role", "user"}, {"content", text}};
  json::object expected = asked;
  if (dice.chance(3)) {
    asked["images"] = json::array{"iVBORw0KGgo="};
    expected["content"] =
        json::array{json::object{{"type", "text"}, {"text", text}},
                    json::object{{"type", "image_url"},
                                 {"image_url", {{"url", "data:image/png;base64,iVBORw0KGgo="}}}}};
  }
  session.ollama.push_back(asked);
  session.chat.push_back(expected);
}

// The client keeps the answer as it was told, and runs the tools in any order; results have no ids.
void keep(Session& session, const json::object& message, Dice& dice) {
  json::array calls;
  std::vector<std::pair<std::string, std::string>> open;
  if (const auto* told = message.if_contains("tool_calls")) {
    for (const auto& call : told->as_array()) {
      const auto& function = call.at("function");
      const std::string id = "call_" + std::to_string(session.calls++);
      const std::string name(function.at("name").as_string());
      open.emplace_back(id, name);
      calls.push_back({{"id", id}, {"name", name}, {"arguments", function.at("arguments")}});
    }
  }
  json::object kept = message;
  if (auto* told = kept.if_contains("tool_calls")) {
    for (auto& call : told->as_array()) call.as_object().erase("id");
  }
  session.ollama.push_back(kept);
  session.chat.push_back(
      {{"role", "assistant"}, {"content", message.at("content")}, {"tool_calls", calls}});
  while (!open.empty()) {
    // One name's results come in the order of its calls.
    const auto name = open[dice.below(open.size())].second;
    const auto first = std::ranges::find(open, name, &std::pair<std::string, std::string>::second);
    const auto text = "out " + text_of(dice, 10);
    session.ollama.push_back({{"role", "tool"}, {"tool_name", name}, {"content", text}});
    session.chat.push_back({{"role", "tool"}, {"content", text}, {"tool_call_id", first->first}});
    open.erase(first);
  }
}

// The message that a client puts together from lines, with the last line's members beside it.
json::object read_lines(std::string_view lines) {
  std::string text;
  std::string thinking;
  json::array calls;
  json::object last;
  while (!lines.empty()) {
    EXPECT_TRUE(last.empty()) << "lines after the last";
    const auto end = lines.find('\n');
    auto line = json::parse(lines.substr(0, end)).as_object();
    lines.remove_prefix(end + 1);
    const auto& message = line.at("message").as_object();
    text += message.at("content").as_string();
    if (const auto* more = message.if_contains("thinking")) thinking += more->as_string();
    if (const auto* more = message.if_contains("tool_calls")) {
      for (const auto& call : more->as_array()) calls.push_back(call);
    }
    if (line.at("done").as_bool()) last = std::move(line);
  }
  json::object message{{"role", "assistant"}, {"content", text}};
  if (!thinking.empty()) message["thinking"] = thinking;
  if (!calls.empty()) message["tool_calls"] = calls;
  last["message"] = message;
  return last;
}

// Calls in turns may be told in another order than they began in.
void expect_reply(const json::object& answer, const Reply& reply) {
  const auto& message = answer.at("message").as_object();
  EXPECT_EQ(message.at("content").as_string(), reply.text);
  const auto* thinking = message.if_contains("thinking");
  EXPECT_EQ(thinking == nullptr ? "" : std::string(thinking->as_string()), reply.thinking);
  std::map<std::string, json::value> calls;
  if (const auto* told = message.if_contains("tool_calls")) {
    for (const auto& call : told->as_array()) {
      calls[std::string(call.at("id").as_string())] = call.at("function");
    }
  }
  ASSERT_EQ(calls.size(), reply.calls.size());
  for (std::size_t i = 0; i < reply.calls.size(); ++i) {
    const auto& function = calls[reply.calls[i].id];
    EXPECT_EQ(function.at("name").as_string(), reply.calls[i].name);
    EXPECT_EQ(function.at("arguments"), json::parse(reply.calls[i].arguments));
  }
  EXPECT_TRUE(answer.at("done").as_bool());
  EXPECT_EQ(answer.at("done_reason").as_string(), reply.cut ? "length" : "stop");
  EXPECT_EQ(answer.at("prompt_eval_count"), reply.prompt);
  EXPECT_EQ(answer.at("eval_count"), reply.completion);
}

Request translate_turn(const Session& session) {
  const json::object body{{"model", "qwen3"}, {"messages", session.ollama}};
  auto request = translate(catalogue::Endpoint::ollama_chat, json::serialize(body),
                           {.model = "qwen3", .upstream_model = "glm"});
  EXPECT_TRUE(request) << (request ? "" : request.error().detail);
  return request ? std::move(*request) : Request{};
}

// Arguments are told as a text, and compared as values.
void expect_asked(const Request& request, const Session& session) {
  const auto body = json::parse(request.body);
  const auto& messages = body.at("messages").as_array();
  ASSERT_EQ(messages.size(), session.chat.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto asked = messages[i].as_object();
    json::array calls;
    if (const auto* told = asked.if_contains("tool_calls")) {
      for (const auto& call : told->as_array()) {
        const auto& function = call.at("function");
        calls.push_back({{"id", call.at("id")},
                         {"name", function.at("name")},
                         {"arguments", json::parse(function.at("arguments").as_string())}});
      }
    }
    if (asked.at("role") == "assistant") asked["tool_calls"] = calls;
    EXPECT_EQ(asked, session.chat[i].as_object());
  }
}

// Returns the message that the client keeps.
json::object answer_turn(const Session& session, const Reply& reply, Dice& dice) {
  const auto whole = translate_turn(session);
  expect_asked(whole, session);
  const auto text = whole.answer->rewrite(whole_answer(reply));
  EXPECT_FALSE(text.contains('\n'));
  expect_reply(json::parse(text).as_object(), reply);

  const auto streamed = translate_turn(session);
  std::string out;
  for (const auto& event : stream_answer(reply, dice)) streamed.answer->take(event, out);
  EXPECT_TRUE(streamed.answer->has_finished());
  streamed.answer->end(out);
  EXPECT_FALSE(streamed.answer->failed());
  const auto answer = read_lines(out);
  expect_reply(answer, reply);
  return answer.at("message").as_object();
}

TEST(OllamaSessions, AreWhatTheirModelSays) {
  for (int number = 0; number < kSessions && !testing::Test::HasFailure(); ++number) {
    SCOPED_TRACE(testing::Message() << "session " << number << " of seed " << kSeed);
    Dice dice(kSeed + static_cast<std::uint64_t>(number));
    Session session;
    for (int turn = 0; turn < kTurns; ++turn) {
      ask(session, dice);
      const auto reply = reply_of(dice, turn);
      keep(session, answer_turn(session, reply, dice), dice);
    }
  }
}

}  // namespace
}  // namespace weir::translation
