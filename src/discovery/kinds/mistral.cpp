// Mistral: flags per row. A model that does none of the flagged things may be an embedder: the
// flags have no word for that, so it is left to the later steps. Source: docs.mistral.ai/api, "List
// models", 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api("/models"));
}

std::optional<catalogue::ModelClass> class_of_flags(const Row& can) {
  const auto yes = [&](std::string_view flag) { return can.flag(flag).value_or(false); };
  if (yes("completion_chat")) return class_of({SubType::chat});
  if (yes("audio_transcription")) return class_of({SubType::speech_to_text});
  if (yes("audio_speech")) return class_of({SubType::text_to_speech});
  if (yes("moderation") || yes("classification") || yes("ocr")) {
    return class_outside(catalogue::Type::text);
  }
  return std::nullopt;
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document("/models"), "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    const auto capabilities = row.child("capabilities");
    if (capabilities.flag("vision").value_or(false)) {
      learn_modalities(model.facts.input_modalities, {"text", "image"});
    }
    model.base_id = base_name_of(row.text("root"));
    if (model.base_id == model.id) model.base_id.clear();
    model.model_class = class_of_flags(capabilities);
  });
}

}  // namespace

const Protocol mistral{next, read};

}  // namespace weir::discovery::kinds
