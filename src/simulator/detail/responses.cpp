// POST /responses: OpenAI's response object and its events, with one message of one text.
//
// Source: OpenAI API reference, Responses and its streaming events, read 2026-11.
#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/json/value.hpp>

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
  std::string message_id;
  std::string model;
  std::int64_t created;
  std::int64_t input_tokens;
  synthetic::Prose prose;
  milliseconds token;

  [[nodiscard]] std::string_view status() const {
    return prose.is_cut() ? "incomplete" : "completed";
  }
};

void write_part(JsonWriter& json, std::string_view text) {
  json.begin_object().key("type").value("output_text").key("text").value(text);
  json.key("annotations").begin_array().end_array().end_object();
}

void write_item(JsonWriter& json, const Answer& answer, std::string_view status,
                const std::string* text) {
  json.begin_object().key("type").value("message").key("id").value(answer.message_id);
  json.key("status").value(status).key("role").value("assistant").key("content").begin_array();
  if (text) write_part(json, *text);
  json.end_array().end_object();
}

void write_usage(JsonWriter& json, std::int64_t input, std::int64_t output) {
  json.begin_object().key("input_tokens").value(input);
  json.key("input_tokens_details").begin_object().key("cached_tokens").value(0);
  json.key("cache_write_tokens").value(0).end_object();
  json.key("output_tokens").value(output);
  json.key("output_tokens_details").begin_object().key("reasoning_tokens").value(0).end_object();
  json.key("total_tokens").value(input + output).end_object();
}

// Without `text` the response is still in progress.
void write_response(JsonWriter& json, const Answer& answer, const std::string* text) {
  const bool cut = text && answer.prose.is_cut();
  json.begin_object().key("id").value(answer.id).key("object").value("response");
  json.key("created_at").value(answer.created);
  json.key("status").value(text ? answer.status() : "in_progress").key("error").null();
  json.key("incomplete_details");
  if (cut) {
    json.begin_object().key("reason").value("max_output_tokens").end_object();
  } else {
    json.null();
  }
  json.key("model").value(answer.model).key("output").begin_array();
  if (text) write_item(json, answer, answer.status(), text);
  json.end_array().key("parallel_tool_calls").value(true).key("tool_choice").value("auto");
  json.key("tools").begin_array().end_array().key("usage");
  if (text) {
    write_usage(json, answer.input_tokens, answer.prose.size());
  } else {
    json.null();
  }
  json.end_object();
}

// The numbered events of one stream.
class Narrator {
 public:
  explicit Narrator(const Answer& answer) : answer_(answer) {}

  Step response(std::string_view type, const std::string* text) {
    return event({}, type,
                 [&](JsonWriter& json) { write_response(json.key("response"), answer_, text); });
  }
  Step item(std::string_view type, std::string_view status, const std::string* text) {
    return event({}, type, [&](JsonWriter& json) {
      write_item(json.key("output_index").value(0).key("item"), answer_, status, text);
    });
  }
  Step part(std::string_view type, std::string_view text) {
    return event({}, type, [&](JsonWriter& json) {
      write_place(json);
      write_part(json.key("part"), text);
    });
  }
  Step delta(milliseconds wait, std::string_view token) {
    return event(wait, "response.output_text.delta", [&](JsonWriter& json) {
      write_place(json);
      json.key("delta").value(token);
    });
  }
  Step text_done(std::string_view text) {
    return event({}, "response.output_text.done", [&](JsonWriter& json) {
      write_place(json);
      json.key("text").value(text);
    });
  }

 private:
  template <class Write>
  Step event(milliseconds wait, std::string_view type, Write&& write) {
    std::string data;
    JsonWriter json(data);
    json.begin_object().key("type").value(type).key("sequence_number").value(next_++);
    write(json);
    json.end_object();
    return named_event(wait, type, data);
  }
  void write_place(JsonWriter& json) const {
    json.key("item_id").value(answer_.message_id);
    json.key("output_index").value(0).key("content_index").value(0);
  }

  const Answer& answer_;
  int next_ = 0;
};

Steps tell_stream(Answer answer) {
  Narrator say(answer);
  std::string text;
  co_yield say.response("response.created", nullptr);
  co_yield say.response("response.in_progress", nullptr);
  co_yield say.item("response.output_item.added", "in_progress", nullptr);
  co_yield say.part("response.content_part.added", {});
  milliseconds wait{0};
  for (auto token = answer.prose.next(); !token.empty(); token = answer.prose.next()) {
    text += token;
    co_yield say.delta(wait, token);
    wait = answer.token;
  }
  co_yield say.text_done(text);
  co_yield say.part("response.content_part.done", text);
  co_yield say.item("response.output_item.done", answer.status(), &text);
  const bool cut = answer.prose.is_cut();
  co_yield say.response(cut ? "response.incomplete" : "response.completed", &text);
}

Script tell_whole(Answer answer, milliseconds first_token) {
  const std::string text = answer.prose.rest();
  std::string body;
  JsonWriter json(body);
  write_response(json, answer, &text);
  return json_answer(std::move(body), first_token + answer.token * (answer.prose.size() - 1));
}

void read_input(Fields& fields, Conversation& conversation) {
  read_system_text(fields, "instructions", conversation);
  const auto* input = fields.find("input");
  if (input && input->is_array()) return read_messages(fields, "input", conversation);
  conversation.add("user", fields.text("input"));
}

}  // namespace

Outcome<Script> responses(Fields& fields, const Asked& asked) {
  Conversation conversation;
  read_input(fields, conversation);
  const bool stream = fields.flag("stream");
  const auto limit = fields.integer("max_output_tokens", {1, 10'000'000});
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  const auto seed = synthetic::hash(asked.model->id, conversation.seed);
  Answer answer{asked.id("resp_"),
                asked.id("msg_"),
                std::string(asked.model->id),
                asked.created(),
                conversation.tokens,
                synthetic::Prose(conversation.question, seed, {asked.directive.tokens, limit}),
                asked.pace.token};
  if (stream) return event_stream(tell_stream(std::move(answer)), asked.pace.first_token);
  return tell_whole(std::move(answer), asked.pace.first_token);
}

// /responses/{id} and what is below it. Nothing is stored: any id of the right form is that of a
// response, whose text follows from the id.
Outcome<Script> stored_response(Fields&, const Asked& asked) {
  constexpr std::string_view kPrefix = "resp_";
  constexpr std::size_t kDigits = 16;
  const auto id = asked.rest.substr(0, asked.rest.find('/'));
  const auto suffix = asked.rest.substr(id.size());
  const auto digits = id.substr(std::min(kPrefix.size(), id.size()));
  const bool is_known = id.starts_with(kPrefix) && digits.size() == kDigits &&
                        digits.find_first_not_of("0123456789abcdef") == digits.npos;
  if (!is_known) return std::unexpected(usual_refusal(404));

  const auto& method = asked.call.method;
  std::string body;
  JsonWriter json(body);
  if (suffix.empty() && method == "DELETE") {
    json.begin_object().key("id").value(id).key("object").value("response.deleted");
    json.key("deleted").value(true).end_object();
    return json_answer(std::move(body), asked.pace.token);
  }
  if (suffix == "/input_items" && method == "GET") {
    json.begin_object().key("object").value("list").key("data").begin_array().end_array();
    json.key("first_id").null().key("last_id").null().key("has_more").value(false).end_object();
    return json_answer(std::move(body), asked.pace.token);
  }
  const bool is_cancel = suffix == "/cancel" && method == "POST";
  if (!is_cancel && !(suffix.empty() && method == "GET")) {
    return std::unexpected(usual_refusal(suffix.empty() || suffix == "/cancel" ? 405 : 404));
  }
  Answer answer{std::string(id),
                "msg_" + std::string(digits),
                "demo/chat",
                asked.created(),
                1,
                synthetic::Prose({}, synthetic::hash(id), {}),
                asked.pace.token};
  const bool stream = !is_cancel && asked.call.query.contains("stream=true");
  if (stream) return event_stream(tell_stream(std::move(answer)), asked.pace.first_token);
  return tell_whole(std::move(answer), asked.pace.first_token);
}

// POST /responses/compact: one item stands for the whole input.
Outcome<Script> compact(Fields& fields, const Asked& asked) {
  Conversation conversation;
  read_input(fields, conversation);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").value(asked.id("resp_")).key("object").value("response.compaction");
  json.key("created_at").value(asked.created()).key("output").begin_array();
  json.begin_object().key("type").value("compaction").key("id").value(asked.id("cmp_"));
  json.key("encrypted_content").value(asked.id("simulated-")).end_object().end_array();
  json.key("usage");
  write_usage(json, conversation.tokens, 1);
  json.end_object();
  return json_answer(std::move(body), asked.pace.first_token);
}

// POST /responses/input_tokens: the tokens that /responses would report.
Outcome<Script> count_input_tokens(Fields& fields, const Asked& asked) {
  Conversation conversation;
  read_input(fields, conversation);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("object").value("response.input_tokens");
  json.key("input_tokens").value(conversation.tokens).end_object();
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
