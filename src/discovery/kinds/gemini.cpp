// Google's Gemini API. Lists have `models/x`, calls take `x`. generateContent also serves its image
// and speech models, so names that suggest those are left to later steps.
// Source: ai.google.dev/api/models, 2026.
#include <algorithm>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

// Relative to the server's root: a base URL that ends in /v1beta/openai has another list below it.
List list() { return {.first = Ask::server("/v1beta/models?pageSize=1000"), .id_key = "name"}; }

std::vector<Ask> next(const Transcript& transcript) { return ask_pages(transcript, list()); }

std::optional<catalogue::ModelClass> class_of_methods(const Row& row, std::string_view id) {
  const auto methods = row.words("supportedGenerationMethods");
  const auto can = [&](std::string_view method) {
    return std::ranges::find(methods, method) != methods.end();
  };
  if (can("embedContent") || can("embedText")) return class_of({SubType::embedding});
  if (can("predictLongRunning")) return class_of({SubType::text_to_video});
  if (can("predict") && mentions(id, "imagen")) return class_of({SubType::text_to_image});
  if (!can("generateContent")) return std::nullopt;
  for (const auto hint : {"-tts", "-image", "banana", "-audio", "lyria"}) {
    if (mentions(id, hint)) return std::nullopt;
  }
  return class_of({SubType::chat});
}

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(), [](const Row& row, auto& model, Notes&) {
    constexpr std::string_view kPrefix = "models/";
    if (model.id.starts_with(kPrefix)) model.id.erase(0, kPrefix.size());
    model.facts.context_length = row.count("inputTokenLimit");
    model.facts.max_output_tokens = row.count("outputTokenLimit");
    if (row.flag("thinking").value_or(false)) learn_capability(model.facts, "reasoning");
    model.model_class = class_of_methods(row, model.id);
  });
}

}  // namespace

const Protocol gemini{next, read};

}  // namespace weir::discovery::kinds
