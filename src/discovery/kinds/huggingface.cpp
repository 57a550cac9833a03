// Hugging Face's router: one row per model, with the providers that serve it. A model's facts are
// those of its best live provider, because the router may choose that one. Source:
// huggingface.co/docs/inference-providers, 2026.
#include <algorithm>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

void learn_provider(const Row& provider, catalogue::ModelFacts& facts) {
  const auto status = provider.text("status");
  if (!status.empty() && status != "live") return;
  if (const auto context = provider.count("context_length")) {
    facts.context_length = std::max(facts.context_length.value_or(0), *context);
  }
  if (provider.flag("supports_tools").value_or(false)) learn_capability(facts, "tools");
  if (provider.flag("supports_structured_output").value_or(false)) {
    learn_capability(facts, "structured_output");
  }
}

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    for (const Row& provider : row.rows("providers")) learn_provider(provider, model.facts);
    const auto& input = model.facts.input_modalities;
    const auto& output = model.facts.output_modalities;
    if (std::ranges::find(input, "image") != input.end() &&
        std::ranges::find(output, "text") != output.end()) {
      learn_capability(model.facts, "vision");
    }
  });
}

}  // namespace

const Protocol huggingface{ask_models_list, read};

}  // namespace weir::discovery::kinds
