// llama.cpp's server. With one model, `/props` adds the context in use, modalities and template
// capabilities. As a router its rows have a `status` (with the arguments of each process, which are
// not read); `/props?model=` is then requested for loaded models only, with autoload off, and one
// at a time because parallel calls of it have been seen to fail. An unloaded model stays listed: it
// loads when it is called. Embedding and reranking servers look like chat servers here, so the
// class comes from later steps. Source: ggml-org/llama.cpp tools/server/README.md, 2026.
#include "codec/percent.hpp"
#include "discovery/inquiry.hpp"
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

constexpr std::string_view kProps = "/props";
constexpr std::size_t kMaxLoaded = 64;

std::string props_of(std::string_view id) {
  return "/props?model=" + codec::percent_encode(id) + "&autoload=false";
}

bool is_router_row(const Row& row) { return row.has("status"); }
bool is_loaded(const Row& row) { return row.child("status").text("value") == "loaded"; }

std::vector<Ask> next(const Transcript& transcript) {
  if (auto pages = ask_pages(transcript, models_list()); !pages.empty()) return pages;
  if (transcript.exchanges.size() > kMaxLoaded) return {};
  for (const Row& row : rows_of_pages(transcript, models_list())) {
    const auto id = row.text("id");
    const auto path = is_router_row(row) ? props_of(id) : std::string(kProps);
    const bool worth_it = !is_router_row(row) || is_loaded(row);
    if (id.empty() || !worth_it || transcript.asked(path)) continue;
    return {Ask::server(path).optionally()};
  }
  return {};
}

void learn_props(const Row& props, catalogue::UpstreamModel& model) {
  auto& facts = model.facts;
  if (const auto n_ctx = props.child("default_generation_settings").count("n_ctx")) {
    facts.max_model_len = n_ctx;
  }
  const auto modalities = props.child("modalities");
  if (modalities.flag("vision").value_or(false)) {
    learn_capability(facts, "vision");
    learn_modalities(facts.input_modalities, {"text", "image"});
  }
  if (modalities.flag("audio").value_or(false)) {
    learn_capability(facts, "audio_input");
    learn_modalities(facts.input_modalities, {"text", "audio"});
  }
  if (props.child("chat_template_caps").flag("supports_tools").value_or(false)) {
    learn_capability(facts, "tools");
  }
}

// Without an alias a single-model server lists its file's path. It accepts any name in a call, so
// the file's name works as well and reveals less.
std::string without_path(const std::string& id) {
  const bool path = id.starts_with('/') || id.starts_with('.') || id.ends_with(".gguf");
  const auto slash = id.find_last_of("/\\");
  return path && slash != std::string::npos ? id.substr(slash + 1) : id;
}

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [&](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    model.facts.created.reset();   // the time of the call
    model.facts.owned_by.reset();  // the engine's name
    const bool router = is_router_row(row);
    learn_props(as_row(transcript.document(router ? props_of(model.id) : kProps)), model);
    if (!router) model.id = without_path(model.id);
  });
}

std::vector<std::string_view> marks() { return {"/v1/models", kProps}; }

bool recognises(const Transcript& transcript) {
  return as_row(transcript.document(kProps)).has("default_generation_settings") ||
         any_row(transcript.document("/v1/models"),
                 [](const Row& row) { return row.text("owned_by") == "llamacpp"; });
}

}  // namespace

const Protocol llama_cpp{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
