// Together AI: a bare array with a `type` per row. `image` covers edit models, which are left to
// the later steps by their names. Source: docs.together.ai/reference/models, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api("/models"));
}

std::optional<catalogue::ModelClass> class_of_type(const Row& row, std::string_view id) {
  const auto type = row.text("type");
  const bool edits = mentions(id, "edit") || mentions(id, "kontext");
  if (type == "image" && !edits) return class_of({SubType::text_to_image});
  if (type == "audio") return class_of({SubType::text_to_speech});
  if (type == "video" && !mentions(id, "i2v")) return class_of({SubType::text_to_video});
  return class_of_word(type);
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document("/models"), "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    if (auto organization = owner(row, "organization")) {
      model.facts.owned_by = std::move(organization);
    }
    model.model_class = class_of_type(row, model.id);
  });
}

}  // namespace

const Protocol together{next, read};

}  // namespace weir::discovery::kinds
