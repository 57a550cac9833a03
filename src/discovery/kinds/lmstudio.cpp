// LM Studio. `/api/v0/models` has one row per downloaded model with a `type`; `/api/v1/models`
// is its successor with other names; the OpenAI list is the last resort. A model that is not loaded
// stays listed: it loads when it is called. Unknown paths answer 200 with an error object.
// Source: lmstudio.ai/docs, REST API, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kV0 = "/api/v0/models";
constexpr std::string_view kV1 = "/api/v1/models";
constexpr std::string_view kPlain = "/models";

std::vector<Ask> next(const Transcript& transcript) {
  if (transcript.exchanges.empty()) return {Ask::server(std::string(kV0)).optionally()};
  if (transcript.failed(kV0) && !transcript.asked(kV1)) {
    return {Ask::server(std::string(kV1)).optionally()};
  }
  if (transcript.failed(kV1) && !transcript.asked(kPlain)) return {Ask::api(std::string(kPlain))};
  return {};
}

void learn_row(const Row& row, catalogue::UpstreamModel& model) {
  auto& facts = model.facts;
  facts.owned_by = owner(row, "publisher");
  facts.context_length = row.count("max_context_length");
  facts.max_model_len = row.count("loaded_context_length");
  for (const Row& instance : row.rows("loaded_instances")) {
    if (!facts.max_model_len)
      facts.max_model_len = instance.child("config").count("context_length");
  }
  const auto capabilities = row.words("capabilities");
  learn_capabilities(facts, capabilities);
  // v1 describes reasoning by an object of options instead of a flag.
  if (row.child("capabilities").child("reasoning").has("allowed_options")) {
    learn_capability(facts, "reasoning");
  }
  const auto type = row.text("type");
  model.model_class = class_of_word(type);
  if (type == "vlm") learn_capability(facts, "vision");
  if (type == "vlm" || row.child("capabilities").flag("vision").value_or(false)) {
    learn_modalities(facts.input_modalities, {"text", "image"});
  }
}

Result<Models> read(const Transcript& transcript) {
  const auto fill = [](const Row& row, auto& model) { learn_row(row, model); };
  if (const auto* list = transcript.document(kV0)) return read_list(list, "id", fill);
  if (const auto* list = transcript.document(kV1)) return read_list(list, "key", fill);
  return read_list(transcript.document(kPlain), "id", [](const Row&, auto&) {});
}

std::vector<std::string_view> marks() { return {kV0, kV1}; }

bool recognises(const Transcript& transcript) {
  for (const auto path : {kV0, kV1}) {
    const auto* list = transcript.document(path);
    if (list != nullptr && rows_of(*list)) return true;
  }
  return false;
}

}  // namespace

const Protocol lmstudio{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
