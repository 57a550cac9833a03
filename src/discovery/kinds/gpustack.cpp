// GPUStack. Rows carry `categories` and, when asked for, `meta`. Its category `image` covers edit
// models too, so an id that says edit is left to the later steps.
// Source: gpustack/gpustack routes/openai.py, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;
using catalogue::SubTypes;

constexpr std::string_view kList = "/models?with_meta=true";

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api(std::string(kList)));
}

std::optional<catalogue::ModelClass> class_of_categories(const Row& row, std::string_view id) {
  SubTypes sub_types;
  for (const auto category : row.words("categories")) {
    if (category == "image" && !mentions(id, "edit")) sub_types.insert(SubType::text_to_image);
    if (const auto known = class_of_word(category)) sub_types.insert(known->sub_types);
  }
  if (sub_types.empty()) return std::nullopt;
  return class_of(sub_types);
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document(kList), "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    model.facts.owned_by.reset();  // names the engine
    const auto meta = row.child("meta");
    model.facts.context_length = meta.count("n_ctx_train");
    model.facts.max_model_len = meta.count("max_model_len");
    if (!model.facts.max_model_len) model.facts.max_model_len = meta.count("n_ctx");
    model.model_class = class_of_categories(row, model.id);
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  return any_row(transcript.document("/v1/models"), [](const Row& row) {
    return row.text("owned_by") == "gpustack" || row.has("categories");
  });
}

}  // namespace

const Protocol gpustack{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
