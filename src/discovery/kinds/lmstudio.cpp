// LM Studio. `/api/v1/models` has one row per downloaded model, and is the only list with the
// loaded instances; `/api/v0/models` is its predecessor; the OpenAI list is the last resort. A
// model that is not loaded stays listed: it loads when it is called. Unknown paths answer 200 with
// an error object. Source: lmstudio.ai/docs, REST API, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kV0 = "/api/v0/models";
constexpr std::string_view kV1 = "/api/v1/models";
constexpr std::string_view kPlain = "/models";

// Unknown paths answer 200 without a list.
bool is_ruled_out(const Transcript& transcript, std::string_view path) {
  const auto* document = transcript.document(path);
  return transcript.failed(path) || (document != nullptr && !rows_of(*document));
}

// The best list that the server has answered; until then, the next one to try.
List list(const Transcript& transcript) {
  if (!is_ruled_out(transcript, kV1)) {
    return {.first = Ask::server(std::string(kV1)).optionally(), .id_key = "key"};
  }
  if (!is_ruled_out(transcript, kV0)) {
    return {.first = Ask::server(std::string(kV0)).optionally()};
  }
  return {.first = Ask::api(std::string(kPlain))};
}

std::vector<Ask> next(const Transcript& transcript) {
  return ask_pages(transcript, list(transcript));
}

void learn_row(const Row& row, catalogue::UpstreamModel& model, Notes& notes) {
  learn_common(row, model, notes);
  auto& facts = model.facts;
  // `owned_by` is the same placeholder in every row.
  facts.owned_by = owner(row, "publisher");
  for (const Row& instance : row.rows("loaded_instances")) {
    const bool own = instance.text("id") == model.id;
    const auto length = instance.child("config").count("context_length");
    if (length && (own || !facts.max_model_len)) facts.max_model_len = length;
    if (own) break;
  }
  // v1 has an object of options for reasoning instead of a flag.
  if (row.child("capabilities").child("reasoning").has("allowed_options")) {
    learn_capability(facts, "reasoning");
  }
  const auto type = row.text("type");
  if (type == "vlm") learn_capability(facts, "vision");
  if (type == "vlm" || row.child("capabilities").flag("vision").value_or(false)) {
    learn_modalities(facts.input_modalities, {"text", "image"});
  }
}

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(transcript), learn_row);
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
