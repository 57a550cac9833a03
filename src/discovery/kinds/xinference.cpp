// Xinference: the best typed of the local lists. Rows also contain the address of the worker, which
// is not read. Source: xorbitsai/inference, model list of the RESTful API, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kAuth = "/v1/cluster/auth";

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    model.base_id = row.text("model_name");
    if (model.base_id == model.id) model.base_id.clear();
    model.facts.owned_by.reset();  // the engine's name
    const auto abilities = row.words("model_ability");
    if (std::ranges::find(abilities, "vision") != abilities.end()) {
      learn_modalities(model.facts.input_modalities, {"text", "image"});
    }
  });
}

std::vector<std::string_view> marks() { return {"/v1/models", kAuth}; }

bool recognises(const Transcript& transcript) {
  return as_row(transcript.document(kAuth)).flag("auth").has_value() ||
         any_row(transcript.document("/v1/models"),
                 [](const Row& row) { return row.has("model_type") && row.has("model_ability"); });
}

}  // namespace

const Protocol xinference{ask_models_list, read, marks, recognises};

}  // namespace weir::discovery::kinds
