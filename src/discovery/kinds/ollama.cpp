// Ollama. `/api/tags` has the models and, in newer versions, capabilities and context; in older
// ones these come from `/api/show`, model by model. `/v1/models` has ids only.
// Source: ollama/ollama docs/api.md and types/model/capability.go, 2026.
#include <algorithm>

#include <boost/json/serialize.hpp>

#include "discovery/inquiry.hpp"
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/lengths.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"
#include "discovery/kinds/row_class.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

constexpr std::string_view kTags = "/api/tags";
constexpr std::string_view kShow = "/api/show";

std::string show_body(std::string_view id) {
  return boost::json::serialize(
      boost::json::object{{"model", boost::json::string_view(id.data(), id.size())}});
}

List list() { return {.first = Ask::server(std::string(kTags)), .id_key = "name"}; }

bool needs_show(const Row& row) {
  return row.words("capabilities").empty() || !row.child("details").count("context_length");
}

std::vector<Ask> next(const Transcript& transcript) {
  auto asks = ask_pages(transcript, list());
  const auto is_show = [](const Exchange& exchange) { return exchange.ask.path == kShow; };
  if (!asks.empty() || std::ranges::any_of(transcript.exchanges, is_show)) return asks;
  for (const Row& row : rows_of_pages(transcript, list())) {
    const auto id = row.text("name");
    if (id.empty() || !needs_show(row) || asks.size() == kMaxFollowUps) continue;
    asks.push_back(Ask::server(std::string(kShow)).posting(show_body(id)).optionally());
  }
  return asks;
}

// `image` means generation. `audio` is an input: beside `completion` it belongs to a chat model,
// and alone to a recogniser.
void learn_capability_list(const Row& row, catalogue::UpstreamModel& model, Notes& notes) {
  const auto words = row.words("capabilities");
  const auto can = [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  learn_capabilities(model.facts, words);
  model.model_class = class_of_row(row, model.id, notes.unknown);
  if (!model.model_class && can("image")) {
    model.model_class = class_of({SubType::text_to_image});
  }
  if (!model.model_class && can("audio")) {
    model.model_class = class_of({SubType::speech_to_text});
  }
  if (can("vision")) learn_modalities(model.facts.input_modalities, {"text", "image"});
  if (can("audio")) learn_modalities(model.facts.input_modalities, {"audio"});
}

// model_info is flat: "general.architecture": "qwen3", "qwen3.context_length": 40960.
std::optional<std::int64_t> shown_context(const Row& show) {
  const auto info = show.child("model_info");
  return info.count(info.text("general.architecture") + ".context_length");
}

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(), [&](const Row& row, auto& model, Notes& notes) {
    const auto show = as_row(transcript.document(kShow, show_body(model.id)));
    learn_capability_list(row.words("capabilities").empty() ? show : row, model, notes);

    learn_lengths(row, model);
    if (!model.facts.context_length) model.facts.context_length = shown_context(show);
    model.facts.created = row.created("modified_at", notes.asked_at);
    // A model of the vendor's cloud, listed here under another name.
    if (const auto remote = row.text("remote_model"); remote != model.id) model.base_id = remote;
  });
}

std::vector<std::string_view> marks() { return {"/api/version", kTags}; }

bool recognises(const Transcript& transcript) {
  const auto* tags = transcript.document(kTags);
  return !as_row(transcript.document("/api/version")).text("version").empty() && tags != nullptr &&
         rows_of(*tags).has_value();
}

}  // namespace

const Protocol ollama{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
