// Sessions of an agent through the translation, as Google's client libraries keep them: what the
// upstream is asked, and what the client reads of its answers, is what the model of the session
// says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "translation/gemini_for_test.hpp"
#include "translation/session_for_test.hpp"

namespace weir::translation {
namespace {

constexpr std::uint64_t kSeed = 20261131;
constexpr int kSessions = 120;

// Both sides of a conversation, built apart.
struct Session {
  json::array google;
  json::array chat;
  bool keeps_ids = true;  ///< of calls
  std::size_t calls = 0;
};

json::object text_part(std::string_view text) { return {{"text", text}}; }

json::object picture() {
  return {{"inline_data", {{"mime_type", "image/png"}, {"data", "iVBORw0KGgo="}}}};
}

json::object chat_text(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

void ask(Session& session, Dice& dice) {
  const auto text = text_of(dice, dice.chance(20) ? 4'000 : 30) + "?";
  json::array parts{text_part(text)};
  json::value content(text);
  if (dice.chance(3)) {
    parts.push_back(picture());
    content = {chat_text(text), image_part()};
  }
  session.google.push_back({{"role", "user"}, {"parts", parts}});
  session.chat.push_back({{"role", "user"}, {"content", content}});
}

// Results come in any order; without ids, those of one name in the order of their calls.
std::vector<Call> in_order_of_results(std::vector<Call> calls, bool has_ids, Dice& dice) {
  std::vector<Call> ordered;
  while (!calls.empty()) {
    auto next = calls.begin() + static_cast<std::ptrdiff_t>(dice.below(calls.size()));
    if (!has_ids) next = std::ranges::find(calls, next->name, &Call::name);
    ordered.push_back(std::move(*next));
    calls.erase(next);
  }
  return ordered;
}

// The client runs the functions: some fail, some take a picture; some clients keep no ids.
void give_results(Session& session, const Reply& reply, Dice& dice) {
  const bool keeps_ids = session.keeps_ids && dice.chance(2);
  json::array parts;
  json::array attached;
  for (const auto& call : in_order_of_results(reply.calls, keeps_ids, dice)) {
    const auto text = "out " + text_of(dice, 10);
    json::object response{{"name", call.name}};
    if (keeps_ids) response["id"] = call.id;
    std::string said = text;
    switch (dice.below(3)) {
      case 0:
        response["response"] = {{"error", text}};
        said = "Error: " + text;
        break;
      case 1:
        response["response"] = {{"output", text}};
        response["parts"] = json::array{picture()};
        said += "\n\n[Attachments of this result are in the next user message.]";
        attached.push_back(chat_text("[Attachments of the result of tool call " + call.id + "]"));
        attached.push_back(image_part());
        break;
      default:
        response["response"] = {{"result_of", text}, {"n", 1}};
        said = json::serialize(response["response"]);
    }
    parts.push_back({{"function_response", response}});
    session.chat.push_back({{"role", "tool"}, {"tool_call_id", call.id}, {"content", said}});
  }
  session.google.push_back({{"role", keeps_ids ? "user" : "function"}, {"parts", parts}});
  if (!attached.empty()) session.chat.push_back({{"role", "user"}, {"content", attached}});
}

// The answer as a client has it, from one body or from many events.
struct Heard {
  std::string thoughts;
  std::string text;
  std::vector<Call> calls;
  std::string finish;
  json::value usage;
  json::array contents;
};

void hear(Heard& heard, const json::object& answer) {
  const auto& candidate = answer.at("candidates").at(0).as_object();
  heard.contents.push_back(candidate.at("content"));
  for (const auto& value : candidate.at("content").at("parts").as_array()) {
    const auto& part = value.as_object();
    if (const auto* call = part.if_contains("functionCall")) {
      heard.calls.push_back({std::string(call->at("id").as_string()),
                             std::string(call->at("name").as_string()),
                             json::serialize(call->at("args"))});
    } else {
      (part.contains("thought") ? heard.thoughts : heard.text) += part.at("text").as_string();
    }
  }
  if (const auto* finish = candidate.if_contains("finishReason")) {
    heard.finish = finish->as_string();
  }
  if (const auto* usage = answer.if_contains("usageMetadata")) heard.usage = *usage;
}

void expect_reply(const Heard& heard, const Reply& reply) {
  EXPECT_EQ(heard.thoughts, reply.thinking);
  EXPECT_EQ(heard.text, reply.text);
  EXPECT_EQ(heard.finish, reply.cut ? "MAX_TOKENS" : "STOP");
  std::map<std::string, Call> calls;
  for (const auto& call : heard.calls) calls[call.id] = call;
  EXPECT_EQ(calls.size(), reply.calls.size());
  for (const auto& call : reply.calls) {
    EXPECT_EQ(calls[call.id].name, call.name);
    EXPECT_EQ(calls[call.id].arguments, json::serialize(json::parse(call.arguments)));
  }
  EXPECT_EQ(heard.usage.at("promptTokenCount"), reply.prompt);
  EXPECT_EQ(heard.usage.at("cachedContentTokenCount"), reply.cached);
  EXPECT_EQ(heard.usage.at("candidatesTokenCount"), reply.completion);
  EXPECT_EQ(heard.usage.at("totalTokenCount"), reply.prompt + reply.completion);
}

json::object request_of(const Session& session) {
  json::array functions;
  for (const char* name : {"Read", "Bash", "mcp__server__search", "Edit"}) {
    functions.push_back({{"name", name}, {"parameters", {{"type", "OBJECT"}}}});
  }
  return {{"systemInstruction", {{"parts", json::array{text_part("You are an agent.")}}}},
          {"tools", json::array{json::object{{"functionDeclarations", functions}}}},
          {"generationConfig", {{"thinkingConfig", {{"includeThoughts", true}}}}},
          {"contents", session.google}};
}

Request translate_turn(const Session& session, bool streams) {
  auto request = translate_gemini(json::serialize(request_of(session)), streams,
                                  {.model = "gemini-local", .upstream_model = "glm"});
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

Heard answer_turn(const Session& session, const Reply& reply, Dice& dice) {
  const auto whole = translate_turn(session, false);
  expect_asked(whole, session);
  Heard at_once;
  hear(at_once, json::parse(whole.answer->rewrite(whole_answer(reply))).as_object());
  expect_reply(at_once, reply);

  const auto streamed = translate_turn(session, true);
  std::string out;
  for (const auto& event : stream_answer(reply, dice)) streamed.answer->take(event, out);
  streamed.answer->end(out);
  Heard in_pieces;
  for (const auto& event : read_gemini_stream(out)) hear(in_pieces, event);
  expect_reply(in_pieces, reply);
  return in_pieces;
}

// Each event is a content of the client's history.
void keep(Session& session, Reply& reply, Heard heard) {
  std::vector<Call> ordered;
  for (const auto& told : heard.calls) {
    for (const auto& call : reply.calls) {
      if (told.id == call.id) ordered.push_back(call);
    }
  }
  reply.calls = std::move(ordered);
  for (auto& call : reply.calls) {
    call.arguments = compact(call.arguments);
    if (!session.keeps_ids) call.id = fmt::format("call{:05}", session.calls);
    ++session.calls;
  }
  for (auto& content : heard.contents) {
    for (auto& part : content.at("parts").as_array()) {
      auto* call = part.as_object().if_contains("functionCall");
      if (call != nullptr && !session.keeps_ids) call->as_object().erase("id");
    }
  }
  for (auto& content : heard.contents) session.google.push_back(std::move(content));
  session.chat.push_back(chat_message(reply, true));
}

TEST(GeminiSessions, AreWhatTheirModelSays) {
  for (int number = 0; number < kSessions && !testing::Test::HasFailure(); ++number) {
    SCOPED_TRACE(testing::Message() << "session " << number << " of seed " << kSeed);
    Dice dice(kSeed + static_cast<std::uint64_t>(number));
    Session session;
    session.keeps_ids = dice.chance(2);
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
