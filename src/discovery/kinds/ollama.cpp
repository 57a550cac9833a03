// Ollama. `/api/tags` names what is there and, in newer versions, what it can do and its context;
// `/api/show` says so in older ones, model by model. `/v1/models` would hold ids only.
// Source: ollama/ollama docs/api.md and types/model/capability.go, 2026.
#include <algorithm>

#include <boost/json/serialize.hpp>

#include "discovery/inquiry.hpp"
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::SubType;

constexpr std::string_view kTags = "/api/tags";
constexpr std::string_view kShow = "/api/show";

std::string show_body(std::string_view id) {
  return boost::json::serialize(
      boost::json::object{{"model", boost::json::string_view(id.data(), id.size())}});
}

bool needs_show(const Row& row) {
  return row.words("capabilities").empty() || !row.child("details").count("context_length");
}

std::vector<Ask> next(const Transcript& transcript) {
  if (transcript.exchanges.empty()) return {Ask::server(std::string(kTags))};
  std::vector<Ask> asks;
  const auto* tags = transcript.document(kTags);
  if (transcript.exchanges.size() > 1 || tags == nullptr) return asks;
  const auto rows = rows_of(*tags);
  if (!rows) return asks;
  for (const Row& row : *rows) {
    const auto id = row.text("name");
    if (id.empty() || !needs_show(row) || asks.size() == kMaxFollowUps) continue;
    asks.push_back(Ask::server(std::string(kShow)).posting(show_body(id)).optionally());
  }
  return asks;
}

void learn_capability_list(std::span<const std::string_view> words,
                           catalogue::UpstreamModel& model) {
  const auto can = [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  learn_capabilities(model.facts, words);
  if (can("embedding")) {
    model.model_class = class_of({SubType::embedding});
  } else if (can("image") && !can("completion")) {
    model.model_class = class_of({SubType::text_to_image});
  } else if (can("completion")) {
    model.model_class = class_of({SubType::chat});
  }
  if (can("vision")) learn_modalities(model.facts.input_modalities, {"text", "image"});
}

// model_info is flat: "general.architecture": "qwen3", "qwen3.context_length": 40960.
std::optional<std::int64_t> shown_context(const Row& show) {
  const auto info = show.child("model_info");
  return info.count(info.text("general.architecture") + ".context_length");
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document(kTags), "name", [&](const Row& row, auto& model) {
    const auto show = as_row(transcript.document(kShow, show_body(model.id)));
    auto capabilities = row.words("capabilities");
    if (capabilities.empty()) capabilities = show.words("capabilities");
    learn_capability_list(capabilities, model);

    auto context = row.child("details").count("context_length");
    model.facts.context_length = context ? context : shown_context(show);
    model.facts.created = row.created("modified_at", transcript.asked_at);
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
