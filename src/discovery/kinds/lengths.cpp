#include "discovery/kinds/lengths.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;
using catalogue::SubTypes;

using Names = std::span<const std::string_view>;

// In order of preference: if a model has two, the larger scope comes first. Sources: the model
// lists of OpenRouter, Vercel, Groq, Novita, Chutes, Lemonade, LM Studio, llama.cpp, GitHub Models,
// GitHub Copilot, Venice, Volcengine Ark, DeepInfra, models.dev.
constexpr std::string_view kContext[] = {"max_context_length",
                                         "max_context_window",
                                         "max_context_window_tokens",
                                         "max_context_tokens",
                                         "max_context",
                                         "maxContextLength",
                                         "context_length",
                                         "context_window",
                                         "context_window_tokens",
                                         "context_size",
                                         "context_tokens",
                                         "contextLength",
                                         "contextWindow",
                                         "availableContextTokens",
                                         "n_ctx_train",
                                         "max_position_embeddings"};
// The input alone is less than the whole, so these count only without the others.
constexpr std::string_view kInput[] = {"max_input_tokens",  "max_input_token_length",
                                       "max_prompt_tokens", "input_token_limit",
                                       "inputTokenLimit",   "maxInputTokens"};
constexpr std::string_view kDeployment[] = {
    "max_model_len", "max_model_length",      "max_seq_len",      "max_sequence_length",
    "n_ctx",         "loaded_context_length", "max_total_tokens", "ctx_size"};
constexpr std::string_view kOutput[] = {
    "max_output_tokens", "max_completion_tokens", "max_output_length", "max_output_token_length",
    "max_output",        "output_token_limit",    "outputTokenLimit",  "maxCompletionTokens",
    "maxOutputTokens"};
constexpr std::string_view kMaxTokens[] = {"max_tokens"};
// In an object of limits, short names are unambiguous.
constexpr std::string_view kContextLimit[] = {"context"};
constexpr std::string_view kInputLimit[] = {"input"};
constexpr std::string_view kOutputLimit[] = {"output"};

constexpr std::string_view kLimits[] = {"limits", "limit", "token_limits"};
constexpr std::string_view kParents[] = {"metadata",   "meta",          "model_info",
                                         "model_spec", "parameters",    "properties",
                                         "details",    "recipe_options"};

// Cloudflare: [{"property_id": "context_window", "value": "7968"}].
std::optional<std::int64_t> property(const std::vector<Row>& properties, std::string_view name) {
  for (const Row& property : properties) {
    if (property.text("property_id") == name) return property.count("value");
  }
  return std::nullopt;
}

// The objects of one row that contain lengths.
class Places {
 public:
  explicit Places(const Row& row) : properties_(row.rows("properties")) {
    all_.push_back(row);
    for (const auto name : kLimits) limits_.push_back(row.child(name));
    limits_.push_back(row.child("capabilities").child("limits"));
    all_.insert(all_.end(), limits_.begin(), limits_.end());
    for (const auto name : kParents) all_.push_back(row.child(name));
  }

  [[nodiscard]] std::optional<std::int64_t> find(Names names) const {
    for (const auto name : names) {
      if (const auto value = property(properties_, name)) return value;
    }
    return find_in(all_, names);
  }
  [[nodiscard]] std::optional<std::int64_t> find(Names names, Names in_limits) const {
    const auto value = find(names);
    return value ? value : find_in(limits_, in_limits);
  }

 private:
  static std::optional<std::int64_t> find_in(const std::vector<Row>& places, Names names) {
    for (const Row& place : places) {
      for (const auto name : names) {
        if (const auto value = place.count(name)) return value;
      }
    }
    return std::nullopt;
  }

  std::vector<Row> all_;
  std::vector<Row> limits_;
  std::vector<Row> properties_;
};

enum class Limits : std::uint8_t { input, output, unclear };

// The length that `max_tokens` limits. If the class is unknown, a context length beside it shows
// that it is the output.
Limits meaning_of_max_tokens(const catalogue::UpstreamModel& model) {
  constexpr SubTypes kReaders{SubType::embedding, SubType::reranker};
  const auto sub_types = model.model_class ? model.model_class->sub_types : SubTypes{};
  if (sub_types.intersects(kReaders)) return Limits::input;
  if (sub_types.contains(SubType::chat)) return Limits::output;
  return model.facts.context_length ? Limits::output : Limits::unclear;
}

}  // namespace

void learn_lengths(const Row& row, catalogue::UpstreamModel& model) {
  const Places places(row);
  auto& facts = model.facts;
  facts.context_length = places.find(kContext, kContextLimit);
  facts.max_model_len = places.find(kDeployment);
  facts.max_output_tokens = places.find(kOutput, kOutputLimit);
  if (!facts.context_length) facts.context_length = places.find(kInput, kInputLimit);

  const auto meaning = meaning_of_max_tokens(model);
  const auto max_tokens = places.find(kMaxTokens);
  if (meaning == Limits::input && !facts.context_length) facts.context_length = max_tokens;
  if (meaning == Limits::output && !facts.max_output_tokens) facts.max_output_tokens = max_tokens;
}

}  // namespace weir::discovery::kinds
