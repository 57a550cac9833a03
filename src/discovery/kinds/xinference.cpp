// Xinference: the best typed of the local lists. Rows also carry the address of the worker, which
// is not read. Source: xorbitsai/inference, model list of the RESTful API, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;
using catalogue::SubTypes;

constexpr std::string_view kAuth = "/v1/cluster/auth";

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api("/models"));
}

// image, audio and video models say by their abilities which of the sub types they are.
std::optional<catalogue::ModelClass> class_of_abilities(const Row& row) {
  SubTypes sub_types;
  for (auto ability : row.words("model_ability")) {
    // text2audio_zero_shot, text2audio_voice_cloning …
    if (ability.starts_with("text2audio")) ability = "text2audio";
    if (const auto known = class_of_word(ability)) sub_types.insert(known->sub_types);
  }
  if (sub_types.empty()) return std::nullopt;
  return class_of(sub_types);
}

std::optional<catalogue::ModelClass> class_of_row(const Row& row) {
  const auto type = row.text("model_type");
  const bool by_ability = type == "image" || type == "audio" || type == "video";
  return by_ability ? class_of_abilities(row) : class_of_word(type);
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document("/models"), "id", [](const Row& row, auto& model) {
    model.base_id = row.text("model_name");
    if (model.base_id == model.id) model.base_id.clear();
    model.model_class = class_of_row(row);
    model.facts.context_length = row.count("context_length");
    if (!model.facts.context_length && row.text("model_type") == "embedding") {
      model.facts.context_length = row.count("max_tokens");
    }
    const auto abilities = row.words("model_ability");
    learn_capabilities(model.facts, abilities);
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

const Protocol xinference{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
