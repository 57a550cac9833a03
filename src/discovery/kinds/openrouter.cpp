// OpenRouter. Without `output_modalities=all` only models with text output are listed.
// Source: openrouter.ai/docs, "Models", 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kList = "/models?output_modalities=all";

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api(std::string(kList)));
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document(kList), "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    auto& facts = model.facts;
    facts.max_output_tokens = row.child("top_provider").count("max_completion_tokens");
    learn_capabilities(facts, row.words("supported_parameters"));
    const auto input = row.child("architecture").words("input_modalities");
    const auto output = row.child("architecture").words("output_modalities");
    const auto takes = [&](std::string_view what) {
      return std::ranges::find(input, what) != input.end();
    };
    // For a model that answers in words, taking a picture or a sound is a capability.
    if (std::ranges::find(output, "text") == output.end()) return;
    if (takes("image")) learn_capability(facts, "vision");
    if (takes("audio")) learn_capability(facts, "audio_input");
  });
}

}  // namespace

const Protocol openrouter{next, read};

}  // namespace weir::discovery::kinds
