// Text Embeddings Inference: one model, described by `/info`; there is no list. Calls name no
// model, so a model started from a folder gets the folder's name. Source:
// huggingface/text-embeddings-inference router, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kInfo = "/info";

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::server(std::string(kInfo)));
}

std::string id_of(const Row& info) {
  const auto model_id = info.text("model_id");
  const auto served = info.text("served_model_name");
  // served_model_name equals model_id unless it was set.
  const auto& name = served.empty() ? model_id : served;
  const bool path = name.starts_with('/') || name.starts_with('.');
  return path ? base_name_of(name) : name;
}

// {"embedding": {"pooling": "cls"}}, {"reranker": {…}} or {"classifier": {…}}
std::optional<catalogue::ModelClass> class_of_info(const Row& info) {
  for (const auto type : {"embedding", "reranker", "classifier"}) {
    if (info.child("model_type").has(type)) return class_of_word(type);
  }
  return class_of_word(info.text("model_type"));
}

Result<Reading> read(const Transcript& transcript) {
  const auto info = as_row(transcript.document(kInfo));
  catalogue::UpstreamModel model;
  model.id = id_of(info);
  if (model.id.empty()) {
    return fail(Errc::upstream_answer_invalid, "/info names no model: check url and kind");
  }
  model.base_id = base_name_of(info.text("model_id"));
  if (model.base_id == model.id) model.base_id.clear();
  model.facts.max_model_len = info.count("max_input_length");
  model.model_class = class_of_info(info);
  Reading reading;
  reading.models.push_back(std::move(model));
  return reading;
}

std::vector<std::string_view> marks() { return {kInfo}; }

bool recognises(const Transcript& transcript) {
  const auto info = as_row(transcript.document(kInfo));
  return !info.text("model_id").empty() && info.has("max_input_length") &&
         info.has("tokenization_workers") && !info.has("max_total_tokens");
}

}  // namespace

const Protocol tei{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
