// OpenRouter. Without `output_modalities=all` only models with text output are listed.
// Source: openrouter.ai/docs, "Models", 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

List list() { return {.first = Ask::api("/models?output_modalities=all")}; }

std::vector<Ask> next(const Transcript& transcript) { return ask_pages(transcript, list()); }

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    auto& facts = model.facts;
    const auto most = row.child("top_provider").count("max_completion_tokens");
    if (most) facts.max_output_tokens = most;
    const auto takes = [&](std::string_view what) {
      return std::ranges::find(facts.input_modalities, what) != facts.input_modalities.end();
    };
    // For a model with text output, image or audio input is a capability.
    const auto& output = facts.output_modalities;
    if (std::ranges::find(output, "text") == output.end()) return;
    if (takes("image")) learn_capability(facts, "vision");
    if (takes("audio")) learn_capability(facts, "audio_input");
  });
}

}  // namespace

const Protocol openrouter{next, read};

}  // namespace weir::discovery::kinds
