// POST /chat/completions. `max_tokens` does not count the reasoning, as at SiliconFlow. Every delta
// has `content`, empty if there is none: clients read it without checking that it exists.
#include <utility>

#include "simulator/detail/choices.hpp"
#include "simulator/detail/conversation.hpp"

namespace weir::simulator::detail {
namespace {

using codec::JsonWriter;

void write_message(JsonWriter& json, std::string_view reasoning, std::string_view text) {
  json.key("message").begin_object().key("role").value("assistant").key("content").value(text);
  if (!reasoning.empty()) json.key("reasoning_content").value(reasoning);
  json.end_object();
}

void write_role(JsonWriter& json, std::string_view) {
  json.key("delta").begin_object().key("role").value("assistant").key("content").value("");
  json.end_object();
}

void write_thought(JsonWriter& json, std::string_view token) {
  json.key("delta").begin_object().key("content").value("");
  json.key("reasoning_content").value(token).end_object();
}

void write_content(JsonWriter& json, std::string_view token) {
  json.key("delta").begin_object().key("content").value(token).end_object();
}

constexpr Wording kWording{"chat.completion", "chat.completion.chunk", write_message,
                           write_role,        write_thought,           write_content};

bool is_to_think(Fields& fields, const Asked& asked) {
  return asked.model->reasons &&
         (!fields.find("enable_thinking") || fields.flag("enable_thinking"));
}

}  // namespace

Outcome<Script> chat(Fields& fields, const Asked& asked) {
  Conversation conversation;
  read_messages(fields, "messages", conversation);
  Choices choices = read_choices(fields, asked, "chatcmpl-");
  const auto length = read_length(fields, asked);
  const auto n = read_n(fields);
  const bool thinks = is_to_think(fields, asked);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  choices.usage.prompt = conversation.tokens;
  synthetic::Dice seeds(synthetic::hash(asked.model->id, conversation.seed));
  for (std::int64_t i = 0; i < n; ++i) {
    choices.add({thinks ? synthetic::reasoning_about(conversation.question) : std::string(),
                 synthetic::Prose(conversation.question, seeds.roll(), length)});
  }
  return tell(std::move(choices), kWording);
}

}  // namespace weir::simulator::detail
