// Mistral: flags per row. A model without any of the flagged capabilities may be an embedder: there
// is no flag for that, so it is left to later steps. Source: docs.mistral.ai/api, "List models",
// 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    if (row.child("capabilities").flag("vision").value_or(false)) {
      learn_modalities(model.facts.input_modalities, {"text", "image"});
    }
    model.base_id = base_name_of(row.text("root"));
    if (model.base_id == model.id) model.base_id.clear();
  });
}

}  // namespace

const Protocol mistral{ask_models_list, read};

}  // namespace weir::discovery::kinds
