// POST /messages: Anthropic's message and its events, with one block of text.
//
// Source: Anthropic API reference, Messages and its streaming events, read 2026-11.
#include <chrono>
#include <utility>

#include "codec/json_text.hpp"
#include "simulator/detail/conversation.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/prose.hpp"

namespace weir::simulator::detail {
namespace {

using codec::JsonWriter;
using std::chrono::milliseconds;

struct Answer {
  std::string id;
  std::string model;
  std::int64_t input_tokens;
  synthetic::Prose prose;
  milliseconds token;

  [[nodiscard]] std::string_view stop_reason() const {
    return prose.is_cut() ? "max_tokens" : "end_turn";
  }
};

void write_text_block(JsonWriter& json, std::string_view text) {
  json.begin_object().key("type").value("text").key("text").value(text).end_object();
}

// Without `text` the message has only begun.
void write_message(JsonWriter& json, const Answer& answer, const std::string* text) {
  json.begin_object().key("id").value(answer.id).key("type").value("message");
  json.key("role").value("assistant").key("model").value(answer.model);
  json.key("content").begin_array();
  if (text) write_text_block(json, *text);
  json.end_array().key("stop_reason");
  if (text) {
    json.value(answer.stop_reason());
  } else {
    json.null();
  }
  json.key("stop_sequence").null();
  json.key("usage").begin_object().key("input_tokens").value(answer.input_tokens);
  json.key("output_tokens").value(text ? answer.prose.size() : 0).end_object().end_object();
}

template <class Write>
Step message_event(milliseconds wait, std::string_view type, Write&& write) {
  std::string data;
  JsonWriter json(data);
  json.begin_object().key("type").value(type);
  write(json);
  json.end_object();
  return named_event(wait, type, data);
}

Step bare_event(std::string_view type) {
  return message_event({}, type, [](JsonWriter&) {});
}

Step message_start(const Answer& answer) {
  return message_event({}, "message_start", [&](JsonWriter& json) {
    write_message(json.key("message"), answer, nullptr);
  });
}

Step block_start() {
  return message_event({}, "content_block_start", [](JsonWriter& json) {
    write_text_block(json.key("index").value(0).key("content_block"), "");
  });
}

Step block_delta(milliseconds wait, std::string_view token) {
  return message_event(wait, "content_block_delta", [&](JsonWriter& json) {
    json.key("index").value(0).key("delta").begin_object();
    json.key("type").value("text_delta").key("text").value(token).end_object();
  });
}

Step block_stop() {
  return message_event({}, "content_block_stop",
                       [](JsonWriter& json) { json.key("index").value(0); });
}

Step message_delta(const Answer& answer) {
  return message_event({}, "message_delta", [&](JsonWriter& json) {
    json.key("delta").begin_object().key("stop_reason").value(answer.stop_reason());
    json.key("stop_sequence").null().end_object();
    json.key("usage").begin_object();
    json.key("output_tokens").value(answer.prose.size()).end_object();
  });
}

Steps tell_stream(Answer answer) {
  co_yield message_start(answer);
  co_yield block_start();
  co_yield bare_event("ping");
  milliseconds wait{0};
  for (auto token = answer.prose.next(); !token.empty(); token = answer.prose.next()) {
    co_yield block_delta(wait, token);
    wait = answer.token;
  }
  co_yield block_stop();
  co_yield message_delta(answer);
  co_yield bare_event("message_stop");
}

Script tell_whole(Answer answer, milliseconds first_token) {
  const std::string text = answer.prose.rest();
  std::string body;
  JsonWriter json(body);
  write_message(json, answer, &text);
  return json_answer(std::move(body), first_token + answer.token * (answer.prose.size() - 1));
}

}  // namespace

Outcome<Script> messages(Fields& fields, const Asked& asked) {
  Conversation conversation;
  read_system_text(fields, "system", conversation);
  read_messages(fields, "messages", conversation);
  const bool stream = fields.flag("stream");
  const auto limit = fields.integer("max_tokens", {1, 10'000'000});
  if (!limit) fields.expect("max_tokens", "an integer");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  const auto seed = synthetic::hash(asked.model->id, conversation.seed);
  Answer answer{asked.id("msg_"), std::string(asked.model->id), conversation.tokens,
                synthetic::Prose(conversation.question, seed, {asked.directive.tokens, limit}),
                asked.pace.token};
  if (stream) return event_stream(tell_stream(std::move(answer)), asked.pace.first_token);
  return tell_whole(std::move(answer), asked.pace.first_token);
}

}  // namespace weir::simulator::detail
