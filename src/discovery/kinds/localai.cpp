// LocalAI. `/v1/models/capabilities` is the list with the capabilities of each model; older
// versions have the plain list only. Its gallery tags rerankers as embeddings, so that case is left
// to the id. Source: mudler/LocalAI core/config/model_capabilities.go, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"
#include "discovery/kinds/row_class.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

constexpr std::string_view kTyped = "/models/capabilities";
constexpr std::string_view kPlain = "/models";

List list(const Transcript& transcript) {
  if (transcript.failed(kTyped)) return {.first = Ask::api(std::string(kPlain))};
  return {.first = Ask::api(std::string(kTyped)).optionally()};
}

std::vector<Ask> next(const Transcript& transcript) {
  return ask_pages(transcript, list(transcript));
}

// A use case of plain `image` or `video` means generation, unless the model chats: image input is
// `vision`.
std::optional<catalogue::ModelClass> class_of_usecases(const Row& row, std::string_view id) {
  Evidence evidence;
  for (const auto usecase : row.words("capabilities")) {
    weigh(usecase, Place::purpose, evidence);
  }
  const auto made = sub_types_of_media(evidence.media, inputs_of(modalities_of(row).input), id);
  evidence.sub_types.insert(made);
  if (evidence.sub_types.empty()) return std::nullopt;
  return class_of(evidence.sub_types);
}

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(transcript), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    if (!model.model_class) model.model_class = class_of_usecases(row, model.id);
    // The length configured by the server's operator.
    if (const auto length = row.count("context_size")) {
      model.facts.max_model_len = length;
      model.facts.context_length.reset();
    }
    const bool embeds =
        model.model_class && model.model_class->sub_types.contains(SubType::embedding);
    if (embeds && mentions(model.id, "rerank")) model.model_class.reset();
  });
}

std::vector<std::string_view> marks() { return {"/v1/models/capabilities"}; }

bool recognises(const Transcript& transcript) {
  const auto* list = transcript.document("/v1/models/capabilities");
  return list != nullptr && rows_of(*list).has_value();
}

}  // namespace

const Protocol localai{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
