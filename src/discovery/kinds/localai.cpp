// LocalAI. `/v1/models/capabilities` is the list with what each model can do; older versions have
// the plain list only. Its gallery tags rerankers as embeddings, so that one case is left to the
// id. Source: mudler/LocalAI core/config/model_capabilities.go, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;
using catalogue::SubTypes;

constexpr std::string_view kTyped = "/models/capabilities";
constexpr std::string_view kPlain = "/models";

std::vector<Ask> next(const Transcript& transcript) {
  if (transcript.exchanges.empty()) return {Ask::api(std::string(kTyped)).optionally()};
  if (transcript.failed(kTyped) && !transcript.asked(kPlain)) {
    return {Ask::api(std::string(kPlain))};
  }
  return {};
}

std::optional<catalogue::ModelClass> class_of_usecases(const Row& row, std::string_view id) {
  SubTypes sub_types;
  for (const auto usecase : row.words("capabilities")) {
    if (usecase == "rerank") return class_of({SubType::reranker});
    if (usecase == "image") sub_types.insert(SubType::text_to_image);
    if (usecase == "video") sub_types.insert(SubType::text_to_video);
    if (const auto known = class_of_word(usecase)) sub_types.insert(known->sub_types);
  }
  const bool mistagged = sub_types.contains(SubType::embedding) && mentions(id, "rerank");
  if (sub_types.empty() || mistagged) return std::nullopt;
  return class_of(sub_types);
}

Result<Models> read(const Transcript& transcript) {
  const auto* typed = transcript.document(kTyped);
  const auto* list = typed != nullptr ? typed : transcript.document(kPlain);
  return read_list(list, "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    model.facts.max_model_len = row.count("context_size");
    model.model_class = class_of_usecases(row, model.id);
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
