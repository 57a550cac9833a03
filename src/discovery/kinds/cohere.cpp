// Cohere: `endpoints` says which calls a model answers. The list exists under /v1 only, whatever
// version the base URL names.
// Source: docs.cohere.com/reference/list-models, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

using catalogue::ModelClass;

std::string more(const Row& page) {
  const auto token = page.text("next_page_token");
  return token.empty() ? std::string() : "&page_token=" + encode_query(token);
}

std::vector<Ask> next(const Transcript& transcript) {
  return ask_pages(transcript, Ask::server("/v1/models?page_size=1000"), more);
}

// chat and generate come together with classify or summarize on some rows; a real sub type wins.
std::optional<ModelClass> class_of_endpoints(const Row& row) {
  std::optional<ModelClass> found;
  for (const auto endpoint : row.words("endpoints")) {
    const auto known = class_of_word(endpoint);
    if (!known) continue;
    if (!found) found.emplace();
    found->sub_types.insert(known->sub_types);
    found->types.insert(known->types);
  }
  return found;
}

Result<Models> read(const Transcript& transcript) {
  return read_pages(transcript, "name", [](const Row& row, auto& model) {
    model.facts.context_length = row.count("context_length");
    learn_capabilities(model.facts, row.words("features"));
    if (row.flag("supports_vision").value_or(false)) learn_capability(model.facts, "vision");
    model.model_class = class_of_endpoints(row);
  });
}

}  // namespace

const Protocol cohere{next, read};

}  // namespace weir::discovery::kinds
