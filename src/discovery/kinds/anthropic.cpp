// Anthropic: every model chats. `created_at` is a release date, 1970 when unknown.
// Source: platform.claude.com/docs, "List Models", 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

List list() { return {.first = Ask::api("/models?limit=1000"), .after = "after_id"}; }

std::vector<Ask> next(const Transcript& transcript) { return ask_pages(transcript, list()); }

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    auto& facts = model.facts;
    if (const auto at = row.created("created_at", notes.asked_at)) facts.created = at;
    if (const auto most = row.count("max_tokens")) facts.max_output_tokens = most;
    if (row.child("capabilities").child("image_input").flag("supported").value_or(false)) {
      learn_modalities(facts.input_modalities, {"text", "image"});
    }
    model.model_class = class_of({catalogue::SubType::chat});
  });
}

}  // namespace

const Protocol anthropic{next, read};

}  // namespace weir::discovery::kinds
