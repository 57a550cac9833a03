// Anthropic: every model chats. `created_at` is a release date, 1970 when unknown.
// Source: platform.claude.com/docs, "List Models", 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

std::string more(const Row& page) {
  const auto last = page.text("last_id");
  if (last.empty() || !page.flag("has_more").value_or(false)) return {};
  return "&after_id=" + encode_query(last);
}

std::vector<Ask> next(const Transcript& transcript) {
  return ask_pages(transcript, Ask::api("/models?limit=1000"), more);
}

Result<Models> read(const Transcript& transcript) {
  return read_pages(transcript, "id", [&](const Row& row, auto& model) {
    auto& facts = model.facts;
    facts.created = row.created("created_at", transcript.asked_at);
    facts.context_length = row.count("max_input_tokens");
    facts.max_output_tokens = row.count("max_tokens");
    learn_capabilities(facts, row.words("capabilities"));
    if (row.child("capabilities").child("image_input").flag("supported").value_or(false)) {
      learn_modalities(facts.input_modalities, {"text", "image"});
    }
    model.model_class = class_of({catalogue::SubType::chat});
  });
}

}  // namespace

const Protocol anthropic{next, read};

}  // namespace weir::discovery::kinds
