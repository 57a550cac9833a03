// Source: OpenAI API reference, Realtime client events and server events, read 2026-11.
#include "simulator/detail/realtime.hpp"

#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "synthetic/prose.hpp"

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;
using codec::JsonWriter;

const json::object* object_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

// The texts of an item's parts.
std::string text_of(const json::object& item) {
  std::string text;
  const auto* parts = item.if_contains("content");
  if (parts == nullptr || !parts->is_array()) return text;
  for (const auto& part : parts->get_array()) {
    if (const auto* object = part.if_object()) text += text_in(*object, "text");
  }
  return text;
}

}  // namespace

std::string RealtimeSession::id(std::string_view prefix) {
  return fmt::format("{}{:012x}", prefix, ++next_id_);
}

JsonWriter RealtimeSession::begin(std::string& event, std::string_view type) {
  JsonWriter json(event);
  json.begin_object().key("type").value(type).key("event_id").value(id("event_"));
  return json;
}

std::string RealtimeSession::session(std::string_view type) {
  std::string event;
  auto json = begin(event, type);
  json.key("session").begin_object().key("type").value("realtime");
  json.key("object").value("realtime.session").key("id").value("sess_demo");
  json.key("model").value(model_).key("instructions").value(instructions_);
  json.key("output_modalities").begin_array().value("text").end_array();
  json.key("tools").begin_array().end_array().key("tool_choice").value("auto");
  json.end_object().end_object();
  return event;
}

std::string RealtimeSession::greet() { return session("session.created"); }

std::string RealtimeSession::item(std::string_view type, std::string_view id, std::string_view role,
                                  std::string_view text) {
  std::string event;
  auto json = begin(event, type);
  const bool is_answer = role == "assistant";
  if (is_answer) json.key("response_id").value("resp_demo").key("output_index").value(0);
  json.key("item").begin_object().key("id").value(id).key("object").value("realtime.item");
  json.key("type").value("message").key("status").value("completed").key("role").value(role);
  json.key("content").begin_array();
  if (!text.empty()) {
    json.begin_object().key("type").value(is_answer ? "output_text" : "input_text");
    json.key("text").value(text).end_object();
  }
  json.end_array().end_object().end_object();
  return event;
}

std::string RealtimeSession::failure(std::string_view message) {
  std::string event;
  auto json = begin(event, "error");
  json.key("error").begin_object().key("type").value("invalid_request_error");
  json.key("code").value("invalid_value").key("message").value(message).key("param").null();
  json.end_object().end_object();
  return event;
}

std::string RealtimeSession::response(std::string_view type, std::string_view id,
                                      std::string_view status, std::int64_t output_tokens) {
  const bool is_done = status != "in_progress";
  std::string event;
  auto json = begin(event, type);
  json.key("response").begin_object().key("object").value("realtime.response");
  json.key("id").value(id).key("status").value(status).key("output").begin_array().end_array();
  json.key("usage");
  if (is_done) {
    const auto input = conversation_.tokens;
    json.begin_object().key("total_tokens").value(input + output_tokens);
    json.key("input_tokens").value(input).key("output_tokens").value(output_tokens);
    json.key("input_token_details").begin_object().key("text_tokens").value(input);
    json.key("cached_tokens").value(0).end_object();
    json.key("output_token_details").begin_object().key("text_tokens").value(output_tokens);
    json.end_object().end_object();
  } else {
    json.null();
  }
  json.end_object().end_object();
  return event;
}

std::string RealtimeSession::part(std::string_view type, std::string_view text, bool is_delta) {
  std::string event;
  auto json = begin(event, type);
  json.key("response_id").value("resp_demo").key("item_id").value("item_answer");
  json.key("output_index").value(0).key("content_index").value(0);
  json.key(is_delta ? "delta" : "text").value(text).end_object();
  return event;
}

Steps RealtimeSession::respond() {
  const auto seed = synthetic::hash(model_, conversation_.seed);
  synthetic::Prose prose(conversation_.question, seed, {});
  const auto size = prose.size();
  co_yield Step{{}, response("response.created", "resp_demo", "in_progress", 0)};
  co_yield Step{{}, item("response.output_item.added", "item_answer", "assistant", {})};
  std::string text;
  auto wait = pace_.first_token;
  for (auto token = prose.next(); !token.empty(); token = prose.next()) {
    text += token;
    co_yield Step{wait, part("response.output_text.delta", token, true)};
    wait = pace_.token;
  }
  co_yield Step{{}, part("response.output_text.done", text, false)};
  co_yield Step{{}, item("response.output_item.done", "item_answer", "assistant", text)};
  co_yield Step{{}, response("response.done", "resp_demo", "completed", size)};
  conversation_.add("assistant", text);
}

Steps RealtimeSession::answer(std::string event) {
  boost::system::error_code failed;
  const auto value = json::parse(event, failed);
  const auto* fields = failed ? nullptr : value.if_object();
  if (fields == nullptr) {
    co_yield Step{{}, failure("The event is not a JSON object.")};
    co_return;
  }
  const auto type = text_in(*fields, "type");
  if (type == "session.update") {
    const auto* session_fields = object_in(*fields, "session");
    if (session_fields != nullptr) instructions_ = text_in(*session_fields, "instructions");
    co_yield Step{{}, session("session.updated")};
  } else if (type == "conversation.item.create") {
    const auto* asked = object_in(*fields, "item");
    const auto text = asked == nullptr ? std::string() : text_of(*asked);
    conversation_.add("user", text);
    const auto item_id = id("item_");
    co_yield Step{{}, item("conversation.item.added", item_id, "user", text)};
    co_yield Step{{}, item("conversation.item.done", item_id, "user", text)};
  } else if (type == "response.create") {
    auto steps = respond();
    while (auto step = steps.next()) co_yield std::move(*step);
  } else if (type != "input_audio_buffer.append") {
    co_yield Step{{}, failure(fmt::format("The event type '{}' is not supported.", type))};
  }
}

}  // namespace weir::simulator::detail
