#include "discovery/kinds/facts.hpp"

#include <algorithm>
#include <array>

#include "discovery/kinds/lengths.hpp"
#include "discovery/kinds/row_class.hpp"

namespace weir::discovery::kinds {
namespace {

struct Synonym {
  std::string_view theirs;
  std::string_view ours;
};

// The output words in listing order; each also maps to itself.
constexpr std::array<std::string_view, 7> kCapabilities = {
    "tools",       "vision",         "reasoning", "json_mode", "structured_output",
    "audio_input", "code_completion"};

// Spelled as by plain_word, without a leading `supports`.
constexpr Synonym kCapabilitySynonyms[] = {
    {"tool", "tools"},
    {"tooluse", "tools"},
    {"toolcall", "tools"},
    {"toolcalls", "tools"},
    {"toolcalling", "tools"},
    {"toolchoice", "tools"},
    {"functioncalling", "tools"},
    {"functioncall", "tools"},
    {"functions", "tools"},
    {"trainedfortooluse", "tools"},
    {"imageinput", "vision"},
    {"imageunderstanding", "vision"},
    {"thinking", "reasoning"},
    {"json", "json_mode"},
    {"jsonmode", "json_mode"},
    {"jsonobject", "json_mode"},
    {"responseformat", "json_mode"},
    {"structuredoutput", "structured_output"},
    {"structuredoutputs", "structured_output"},
    {"structuredgeneration", "structured_output"},
    {"responseschema", "structured_output"},
    {"jsonschema", "structured_output"},
    {"audio", "audio_input"},
    {"audioinput", "audio_input"},
    {"audiounderstanding", "audio_input"},
    {"codecompletion", "code_completion"},
    {"insert", "code_completion"},
    {"infill", "code_completion"},
    {"fim", "code_completion"},
    {"completionfim", "code_completion"},
};

constexpr std::array<std::string_view, 5> kModalities = {"text", "image", "audio", "video", "file"};

constexpr Synonym kModalitySynonyms[] = {
    {"images", "image"}, {"speech", "audio"},   {"videos", "video"},  {"pdf", "file"},
    {"files", "file"},   {"documents", "file"}, {"document", "file"},
};

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& ours,
                                    std::span<const Synonym> synonyms, std::string_view plain) {
  const auto synonym = std::ranges::find(synonyms, plain, &Synonym::theirs);
  const auto meant = synonym == synonyms.end() ? plain : synonym->ours;
  const auto it = std::ranges::find(ours, meant);
  if (it == ours.end()) return std::nullopt;
  return static_cast<std::size_t>(it - ours.begin());
}

// A flag has the same meaning with a verb: supports_vision, supportsVision.
std::string plain_capability(std::string_view word) {
  constexpr std::string_view kVerb = "supports";
  auto plain = plain_word(word);
  if (plain.starts_with(kVerb)) plain.erase(0, kVerb.size());
  return plain;
}

// Merges `theirs` into `known`, which stays in the order of `ours`.
template <std::size_t N>
void learn(std::vector<std::string>& known, const std::array<std::string_view, N>& ours,
           std::span<const Synonym> synonyms, std::span<const std::string_view> theirs) {
  std::array<bool, N> has{};
  for (std::size_t i = 0; i < N; ++i) has[i] = std::ranges::find(known, ours[i]) != known.end();
  for (const auto word : theirs) {
    if (const auto index = index_of(ours, synonyms, plain_capability(word))) has[*index] = true;
  }
  known.clear();
  for (std::size_t i = 0; i < N; ++i) {
    if (has[i]) known.emplace_back(ours[i]);
  }
}

}  // namespace

void learn_capabilities(catalogue::ModelFacts& facts, std::span<const std::string_view> theirs) {
  learn(facts.capabilities, kCapabilities, kCapabilitySynonyms, theirs);
}

void learn_modalities(std::vector<std::string>& ours, std::span<const std::string_view> theirs) {
  learn(ours, kModalities, kModalitySynonyms, theirs);
}

bool is_capability(std::string_view word) {
  return index_of(kCapabilities, kCapabilitySynonyms, plain_capability(word)).has_value();
}

std::optional<std::string> owner(const Row& row, std::string_view key) {
  auto text = row.text(key);
  if (text.empty() || text.find_first_of("/\\:@") != std::string::npos) return std::nullopt;
  return text;
}

void learn_common(const Row& row, catalogue::UpstreamModel& model, Notes& notes) {
  auto& facts = model.facts;
  facts.created = row.created("created", notes.asked_at);
  facts.owned_by = owner(row, "owned_by");
  learn_capabilities(facts, capability_words(row));
  const auto modalities = modalities_of(row);
  learn_modalities(facts.input_modalities, modalities.input);
  learn_modalities(facts.output_modalities, modalities.output);
  model.model_class = class_of_row(row, model.id, notes.unknown);
  learn_lengths(row, model);
}

}  // namespace weir::discovery::kinds
