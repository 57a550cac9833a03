#include "simulator/detail/choices.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/value.hpp>

#include "simulator/detail/scripts.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

using codec::JsonWriter;
using std::chrono::milliseconds;

constexpr Range kChoices{1, 8};
constexpr Range kMaxTokens{1, 10'000'000};

std::string_view finish_reason(const Choice& choice) {
  return choice.prose.is_cut() ? "length" : "stop";
}

// Opens the object and writes the members before the list of choices.
void write_head(JsonWriter& json, const Choices& choices, std::string_view object) {
  json.begin_object().key("id").value(choices.id).key("object").value(object);
  json.key("created").value(choices.created).key("model").value(choices.model);
  json.key("choices").begin_array();
}

void write_tail(JsonWriter& json) { json.end_array().key("system_fingerprint").value(""); }

// One event about one choice. An empty `finish` means none.
Step chunk(const Choices& choices, const Wording& wording, std::size_t index,
           Wording::WriteText write, std::string_view text, std::string_view finish = {}) {
  std::string data;
  JsonWriter json(data);
  write_head(json, choices, wording.chunk_object);
  json.begin_object().key("index").value(index);
  write(json, text);
  json.key("finish_reason");
  if (finish.empty()) {
    json.null();
  } else {
    json.value(finish);
  }
  write_tail(json.end_object());
  // With usage requested, every event has the member, null on all but the last.
  if (choices.include_usage) json.key("usage").null();
  json.end_object();
  return event({}, data);
}

Step usage_chunk(const Choices& choices, const Wording& wording) {
  std::string data;
  JsonWriter json(data);
  write_head(json, choices, wording.chunk_object);
  write_tail(json);
  write_usage(json.key("usage"), choices.usage);
  json.end_object();
  return event({}, data);
}

// The rest of one choice.
struct Telling {
  std::string_view thoughts;
  synthetic::Prose* prose;
};

std::vector<Telling> begin_telling(Choices& choices) {
  std::vector<Telling> tellings;
  tellings.reserve(choices.items.size());
  for (Choice& choice : choices.items) tellings.push_back({choice.reasoning, &choice.prose});
  return tellings;
}

// The next token of a choice, as an event; nothing at its end.
std::optional<Step> token_chunk(const Choices& choices, const Wording& wording, std::size_t index,
                                Telling& telling) {
  const auto thought = synthetic::take_token(telling.thoughts);
  if (!thought.empty()) return chunk(choices, wording, index, wording.write_reasoning, thought);
  const auto token = telling.prose->next();
  if (token.empty()) return std::nullopt;
  return chunk(choices, wording, index, wording.write_token, token);
}

// Yields the choices' tokens in turn: the first of each, the second of each, and so on.
Steps tell_stream(Choices choices, const Wording& wording) {  // wording outlives: everything
  const std::size_t count = choices.items.size();
  for (std::size_t i = 0; wording.write_opening && i < count; ++i) {
    co_yield chunk(choices, wording, i, wording.write_opening, {});
  }
  auto tellings = begin_telling(choices);
  milliseconds wait{0};
  for (bool more = true; more; wait = choices.token) {
    more = false;
    for (std::size_t i = 0; i < count; ++i) {
      auto step = token_chunk(choices, wording, i, tellings[i]);
      if (!step) continue;
      more = true;
      step->wait = std::exchange(wait, milliseconds{0});
      co_yield std::move(*step);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    co_yield chunk(choices, wording, i, wording.write_token, {}, finish_reason(choices.items[i]));
  }
  if (choices.include_usage) co_yield usage_chunk(choices, wording);
  co_yield event({}, "[DONE]");
}

// Choices are streamed side by side, so the longest decides.
milliseconds time_to_tell(const Choices& choices) {
  std::int64_t longest = 1;
  for (const Choice& choice : choices.items) {
    longest = std::max(longest, synthetic::count_tokens(choice.reasoning) + choice.prose.size());
  }
  return choices.first_token + choices.token * (longest - 1);
}

Script tell_whole(Choices choices, const Wording& wording) {
  std::string body;
  JsonWriter json(body);
  write_head(json, choices, wording.object);
  for (std::size_t i = 0; i < choices.items.size(); ++i) {
    Choice& choice = choices.items[i];
    const std::string_view finish = finish_reason(choice);
    json.begin_object().key("index").value(i);
    wording.write_whole(json, choice.reasoning, choice.prose.rest());
    json.key("finish_reason").value(finish).end_object();
  }
  write_tail(json);
  write_usage(json.key("usage"), choices.usage);
  json.end_object();
  return json_answer(std::move(body), time_to_tell(choices));
}

}  // namespace

void Choices::add(Choice choice) {
  const std::int64_t thought = synthetic::count_tokens(choice.reasoning);
  usage.reasoning += thought;
  usage.completion += thought + choice.prose.size();
  items.push_back(std::move(choice));
}

Choices read_choices(Fields& fields, const Asked& asked, std::string_view id_prefix) {
  Choices choices;
  choices.id = asked.id(id_prefix);
  choices.model = asked.model->id;
  choices.created = asked.created();
  choices.first_token = asked.pace.first_token;
  choices.token = asked.pace.token;
  choices.stream = fields.flag("stream");
  if (const auto* options = fields.find("stream_options"); options && choices.stream) {
    const auto* object = options->if_object();
    const auto* include = object ? object->if_contains("include_usage") : nullptr;
    choices.include_usage = include && include->is_bool() && include->get_bool();
  }
  return choices;
}

std::int64_t read_n(Fields& fields) { return fields.integer_or("n", kChoices, 1); }

synthetic::Length read_length(Fields& fields, const Asked& asked) {
  auto limit = fields.integer("max_completion_tokens", kMaxTokens);
  if (!limit) limit = fields.integer("max_tokens", kMaxTokens);
  return {asked.directive.tokens, limit};
}

Script tell(Choices choices, const Wording& wording) {
  if (!choices.stream) return tell_whole(std::move(choices), wording);
  const auto wait = choices.first_token;
  return event_stream(tell_stream(std::move(choices), wording), wait);
}

}  // namespace weir::simulator::detail
