// SGLang. The list is like vLLM's; `/model_info` (`/get_model_info` in older versions)
// distinguishes generation from pooling. Its image and video servers state their output in
// `task_type` (T2I, TI2V …). A reranker served as a causal model reports as a generator, so an id
// that suggests reranking is left to later steps.
// Source: docs.sglang.ai, native API, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

constexpr std::string_view kInfo = "/model_info";
constexpr std::string_view kOldInfo = "/get_model_info";

std::vector<Ask> next(const Transcript& transcript) {
  auto asks = ask_pages(transcript, models_list());
  const auto info = transcript.failed(kInfo) ? kOldInfo : kInfo;
  if (!transcript.asked(info)) asks.push_back(Ask::server(std::string(info)).optionally());
  return asks;
}

Row info_of(const Transcript& transcript, std::string_view path) {
  const auto* document = transcript.document(path);
  return as_row(document != nullptr ? document : transcript.document(kOldInfo));
}

void learn_info(const Row& info, catalogue::UpstreamModel& model) {
  if (info.flag("has_image_understanding").value_or(false)) {
    learn_capability(model.facts, "vision");
    learn_modalities(model.facts.input_modalities, {"text", "image"});
  }
  if (info.flag("has_audio_understanding").value_or(false)) {
    learn_capability(model.facts, "audio_input");
    learn_modalities(model.facts.input_modalities, {"text", "audio"});
  }
  const auto generates = info.flag("is_generation");
  const bool maybe_reranker = mentions(model.id, "rerank") || mentions(model.base_id, "rerank");
  if (!generates || maybe_reranker || model.model_class) return;
  model.model_class = class_of({*generates ? SubType::chat : SubType::embedding});
}

Result<Reading> read(const Transcript& transcript) {
  const auto info = info_of(transcript, kInfo);
  return read_pages(transcript, models_list(), [&](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    model.facts.created.reset();   // the time of the call
    model.facts.owned_by.reset();  // the engine's name
    model.base_id = base_name_of(row.text("root"));
    // A root equal to the served name is not informative; the path of the weights may be.
    if (model.base_id.empty() || model.base_id == model.id) {
      model.base_id = base_name_of(info.text("model_path"));
    }
    if (model.base_id == model.id) model.base_id.clear();
    learn_info(info, model);
  });
}

std::vector<std::string_view> marks() { return {"/v1/models", kInfo, kOldInfo}; }

bool recognises(const Transcript& transcript) {
  return info_of(transcript, kInfo).flag("is_generation").has_value() ||
         any_row(transcript.document("/v1/models"),
                 [](const Row& row) { return row.text("owned_by") == "sglang"; });
}

}  // namespace

const Protocol sglang{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
