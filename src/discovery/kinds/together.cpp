// Together AI: a bare array with a `type` per row. `image` includes edit models, which are left to
// later steps by their names. Source: docs.together.ai/reference/models, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    if (auto organization = owner(row, "organization")) {
      model.facts.owned_by = std::move(organization);
    }
    if (row.text("type") == "audio") model.model_class = class_of({SubType::text_to_speech});
  });
}

}  // namespace

const Protocol together{ask_models_list, read};

}  // namespace weir::discovery::kinds
