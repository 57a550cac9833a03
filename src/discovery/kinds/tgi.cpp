// Text Generation Inference: one model, described by `/info`.
// Source: huggingface/text-generation-inference router, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kInfo = "/info";

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::server(std::string(kInfo)));
}

Result<Reading> read(const Transcript& transcript) {
  const auto info = as_row(transcript.document(kInfo));
  catalogue::UpstreamModel model;
  model.id = info.text("model_id");
  // Calls may name any model, so a folder's name replaces its path.
  if (model.id.starts_with('/') || model.id.starts_with('.')) model.id = base_name_of(model.id);
  if (model.id.empty()) {
    return fail(Errc::upstream_answer_invalid, "/info names no model: check url and kind");
  }
  model.facts.max_model_len = info.count("max_total_tokens");
  const auto pipeline = info.text("model_pipeline_tag");
  model.model_class = class_of_word(pipeline);
  if (pipeline == "image-text-to-text") {
    learn_capability(model.facts, "vision");
    learn_modalities(model.facts.input_modalities, {"text", "image"});
  }
  Reading reading;
  reading.models.push_back(std::move(model));
  return reading;
}

std::vector<std::string_view> marks() { return {kInfo}; }

bool recognises(const Transcript& transcript) {
  const auto info = as_row(transcript.document(kInfo));
  return !info.text("model_id").empty() && info.has("max_total_tokens");
}

}  // namespace

const Protocol tgi{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
