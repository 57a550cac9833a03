// Google's generateContent as a request for chat completions.
//
// Source: ai.google.dev, API reference: generateContent, GenerationConfig; google-genai 3.6 for
// Python; platform.openai.com, API reference: chat completions; 2026-11.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "base/ascii.hpp"
#include "base/stable_hash.hpp"
#include "translation/detail/directions.hpp"
#include "translation/detail/findings.hpp"
#include "translation/detail/gemini_tools.hpp"
#include "translation/detail/gemini_turns.hpp"
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
// topK, as Anthropic's top_k, is taken by most servers that speak OpenAI's API.
constexpr Number kNumbers[] = {{"temperature", "temperature", false},
                               {"topP", "top_p", false},
                               {"topK", "top_k", true},
                               {"seed", "seed", true},
                               {"presencePenalty", "presence_penalty", false},
                               {"frequencyPenalty", "frequency_penalty", false}};

// Google's libraries write 40.0 for 40.
json::value number_of(const json::value& value, bool is_whole) {
  constexpr double kExact = 9007199254740992.0;
  const auto* number = value.if_double();
  if (number == nullptr || !is_whole) return value;
  const bool is_exact = std::trunc(*number) == *number && std::abs(*number) <= kExact;
  return is_exact ? json::value(static_cast<std::int64_t>(*number)) : value;
}

void add_number(json::object& chat, const json::object& config, const Number& member,
                Findings& findings) {
  const auto* value = find(config, member.google);
  if (value == nullptr) return;
  if (!value->is_number()) return findings.expect(path_of(kConfig, member.google), "a number");
  chat[member.chat] = number_of(*value, member.is_whole);
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

// One text is told, and no probabilities.
void refuse_others(const json::object& config, Findings& findings) {
  const auto* count = find(config, "candidateCount");
  if (count != nullptr && number_of(*count, true) != json::value(1)) {
    findings.refuse("generationConfig.candidateCount");
  }
  if (findings.flag(config, kConfig, "responseLogprobs")) {
    findings.refuse("generationConfig.responseLogprobs");
  }
  const auto* modalities = find(config, "responseModalities");
  const auto* array = modalities == nullptr ? nullptr : modalities->if_array();
  if (array == nullptr) return;
  for (const auto& modality : *array) {
    const auto* word = modality.if_string();
    if (word == nullptr || !same_ignoring_case(*word, "text")) {
      findings.refuse("generationConfig.responseModalities");
    }
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
  const auto level = findings.text(thinking, "generationConfig.thinkingConfig.", "thinkingLevel");
  if (level.empty()) return;
  const auto* known = std::ranges::find_if(
      kLevels, [&](const Level& each) { return same_ignoring_case(each.google, level); });
  if (!options.takes_effort || known == std::end(kLevels)) {
    return findings.drop("generationConfig.thinkingConfig.thinkingLevel");
  }
  chat["reasoning_effort"] = known->chat;
}

const json::object* object_in(const json::object& object, std::string_view name,
                              std::string_view path, Findings& findings) {
  const auto* value = find(object, name);
  if (value != nullptr && !value->is_object()) findings.expect(path_of(path, name), "an object");
  return value == nullptr ? nullptr : value->if_object();
}

// Returns whether the client wants to see the model's thoughts.
bool add_config(json::object& chat, const json::object& request, const Options& options,
                Findings& findings) {
  const auto* config = object_in(request, "generationConfig", "", findings);
  if (config == nullptr) return false;
  findings.check(*config, kConfig, kKnownConfig);
  refuse_others(*config, findings);
  for (const auto& number : kNumbers) add_number(chat, *config, number, findings);
  add_number(chat, *config, {"maxOutputTokens", options.output_limit, true}, findings);
  add_stops(chat, *config, findings);
  add_gemini_format(chat, *config, findings);
  const auto* thinking = object_in(*config, "thinkingConfig", kConfig, findings);
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
