// Google's generateContent as a request for chat completions.
//
// Source: ai.google.dev, API reference: generateContent, GenerationConfig; google-genai 3.6 for
// Python; platform.openai.com, API reference: chat completions; 2026-11.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.hpp"
#include "base/stable_hash.hpp"
#include "translation/detail/directions.hpp"
#include "translation/detail/findings.hpp"
#include "translation/detail/gemini_tools.hpp"
#include "translation/detail/gemini_turns.hpp"
#include "translation/detail/proto_json.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/gemini_answer.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::string_view kConfig = "generationConfig.";

// Dropped are those that change the price, the place or the safety rules of a call, which are the
// upstream's own, and how finely pictures are read.
constexpr KnownMembers kKnown{
    {"contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model"},
    {"safetySettings", "labels", "serviceTier", "store"}};
constexpr KnownMembers kKnownConfig{
    {"temperature", "topP", "topK", "maxOutputTokens", "stopSequences", "responseMimeType",
     "responseSchema", "responseJsonSchema", "seed", "presencePenalty", "frequencyPenalty",
     "candidateCount", "thinkingConfig", "responseModalities", "responseLogprobs"},
    {"mediaResolution", "enableEnhancedCivicAnswers"}};
constexpr KnownMembers kKnownThinking{{"includeThoughts", "thinkingBudget", "thinkingLevel"}};

struct Number {
  std::string_view google;
  std::string_view chat;
  bool is_whole;
};
constexpr Number kNumbers[] = {{"temperature", "temperature", false},
                               {"topP", "top_p", false},
                               {"seed", "seed", true},
                               {"presencePenalty", "presence_penalty", false},
                               {"frequencyPenalty", "frequency_penalty", false}};

void add_number(json::object& chat, const json::object& config, const Number& member,
                Findings& findings) {
  const auto* value = find(config, member.google);
  if (value == nullptr) return;
  auto number = number_of(*value, member.is_whole);
  if (!number) return findings.expect(path_of(kConfig, member.google), "a number");
  chat[member.chat] = std::move(*number);
}

// OpenAI refuses the member, and gemini-cli and the examples of Google AI Studio always send it.
void add_top_k(json::object& chat, const json::object& config, const Options& options,
               Findings& findings) {
  json::object taken;
  add_number(taken, config, {"topK", "top_k", true}, findings);
  if (taken.empty()) return;
  if (!options.takes_top_k) return findings.drop(path_of(kConfig, "topK"));
  chat["top_k"] = taken.at("top_k");
}

void add_stops(json::object& chat, const json::object& config, Findings& findings) {
  const auto* stops = find(config, "stopSequences");
  if (stops == nullptr) return;
  const auto* array = stops->if_array();
  if (array == nullptr || !std::ranges::all_of(*array, &json::value::is_string)) {
    return findings.expect("generationConfig.stopSequences", "an array of strings");
  }
  if (!array->empty()) chat["stop"] = *array;
}

bool is_text(const json::value& modality) {
  static constexpr std::string_view kModalities[] = {"MODALITY_UNSPECIFIED", "TEXT"};
  const auto name = enumerator_of(modality, kModalities);
  return same_ignoring_case(name, "text") || same_ignoring_case(name, "modality_unspecified");
}

// Refuses several candidates, log probabilities and media output.
void refuse_others(const json::object& config, Findings& findings) {
  const auto* count = find(config, "candidateCount");
  if (count != nullptr && number_of(*count, true) != std::optional(json::value(1))) {
    findings.refuse("generationConfig.candidateCount");
  }
  if (findings.flag(config, kConfig, "responseLogprobs")) {
    findings.refuse("generationConfig.responseLogprobs");
  }
  const auto* modalities = find(config, "responseModalities");
  const auto* array = modalities == nullptr ? nullptr : modalities->if_array();
  if (array == nullptr) return;
  if (!std::ranges::all_of(*array, is_text)) {
    findings.refuse("generationConfig.responseModalities");
  }
}

// A level is a hint, and many models refuse the member: it goes only where it is known to be taken.
// A budget is an upper bound; a model that thinks less keeps it.
void add_thinking(json::object& chat, const json::object& thinking, const Options& options,
                  Findings& findings) {
  struct Level {
    std::string_view google;
    std::string_view chat;
  };
  static constexpr Level kLevels[] = {
      {"minimal", "low"}, {"low", "low"}, {"medium", "medium"}, {"high", "high"}};
  findings.check(thinking, "generationConfig.thinkingConfig.", kKnownThinking);
  if (find(thinking, "thinkingBudget") != nullptr) {
    findings.drop("generationConfig.thinkingConfig.thinkingBudget");
  }
  const auto* value = find(thinking, "thinkingLevel");
  if (value == nullptr) return;
  const auto level = enumerator_of(*value, {});
  const auto* known = std::ranges::find_if(
      kLevels, [&](const Level& each) { return same_ignoring_case(each.google, level); });
  if (!options.takes_effort || known == std::end(kLevels)) {
    return findings.drop("generationConfig.thinkingConfig.thinkingLevel");
  }
  chat["reasoning_effort"] = known->chat;
}

// Returns whether the client wants to see the model's thoughts.
bool add_config(json::object& chat, const json::object& request, const Options& options,
                Findings& findings) {
  const auto* config = findings.object(request, "", "generationConfig");
  if (config == nullptr) return false;
  findings.check(*config, kConfig, kKnownConfig);
  refuse_others(*config, findings);
  for (const auto& number : kNumbers) add_number(chat, *config, number, findings);
  add_top_k(chat, *config, options, findings);
  add_number(chat, *config, {"maxOutputTokens", options.output_limit, true}, findings);
  add_stops(chat, *config, findings);
  add_gemini_format(chat, *config, findings);
  const auto* thinking = findings.object(*config, kConfig, "thinkingConfig");
  if (thinking == nullptr) return false;
  add_thinking(chat, *thinking, options, findings);
  return findings.flag(*thinking, "generationConfig.thinkingConfig.", "includeThoughts");
}

json::array turns_of(const json::object& request, Findings& findings) {
  GeminiTurns turns(findings);
  if (const auto* system = find(request, "systemInstruction")) turns.add_system(*system);
  if (const auto* contents = find(request, "contents")) turns.add_contents(*contents);
  return turns.finish();
}

Result<Request> translate_call(const json::object& request, bool streams, const Options& options) {
  Findings findings;
  findings.check(request, "", kKnown);
  json::object chat{{"model", options.upstream_model}, {"messages", turns_of(request, findings)}};
  add_gemini_tools(chat, request, findings);
  const bool shows_thoughts = add_config(chat, request, options, findings);
  if (streams) {
    chat["stream"] = true;
    if (options.asks_usage) chat["stream_options"] = json::object{{"include_usage", true}};
  }
  if (const auto& error = findings.error()) return std::unexpected(*error);

  auto body = json_of(json::value(std::move(chat)));
  auto answer =
      std::make_unique<GeminiAnswer>(GeminiAnswer::Setup{.model = std::string(options.model),
                                                         .seed = stable_hash(body),
                                                         .shows_thoughts = shows_thoughts});
  return Request{std::move(body), findings.take_dropped(), std::move(answer)};
}

}  // namespace

Result<Request> chat_of_gemini(const json::object& request, const Options& options) {
  return translate_call(request, false, options);
}

Result<Request> chat_of_gemini_stream(const json::object& request, const Options& options) {
  return translate_call(request, true, options);
}

}  // namespace weir::translation::detail
