// POST /completions: one prompt or several, each with `n` answers.
#include <utility>

#include <boost/json/value.hpp>

#include "simulator/detail/choices.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

using codec::JsonWriter;

constexpr std::size_t kMaxPrompts = 8;

void write_text(JsonWriter& json, std::string_view text) {
  json.key("text").value(text).key("logprobs").null();
}

void write_whole_text(JsonWriter& json, std::string_view, std::string_view text) {
  write_text(json, text);
}

constexpr Wording kWording{"text_completion", "text_completion", write_whole_text,
                           nullptr,           write_text,        write_text};

std::vector<std::string_view> read_prompts(Fields& fields) {
  std::vector<std::string_view> prompts;
  const auto* value = fields.find("prompt");
  const auto* list = value ? value->if_array() : nullptr;
  if (!list) return {fields.text("prompt")};
  for (const auto& item : *list) {
    const auto* text = item.if_string();
    if (!text) break;
    prompts.emplace_back(text->data(), text->size());
  }
  if (prompts.empty() || prompts.size() != list->size() || prompts.size() > kMaxPrompts) {
    fields.expect("prompt", "a string or a list of 1 to 8 strings");
  }
  return prompts;
}

}  // namespace

Outcome<Script> completions(Fields& fields, const Asked& asked) {
  const auto prompts = read_prompts(fields);
  Choices choices = read_choices(fields, asked, "cmpl-");
  const auto length = read_length(fields, asked);
  const auto n = read_n(fields);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  for (const std::string_view prompt : prompts) {
    choices.usage.prompt += synthetic::count_tokens(prompt);
    synthetic::Dice seeds(synthetic::hash(asked.model->id, synthetic::hash(prompt)));
    for (std::int64_t i = 0; i < n; ++i) {
      choices.add({{}, synthetic::Prose(prompt, seeds.roll(), length)});
    }
  }
  return tell(std::move(choices), kWording);
}

}  // namespace weir::simulator::detail
