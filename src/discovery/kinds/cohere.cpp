// Cohere: `endpoints` has the endpoints of a model. The list exists under /v1 only, whatever
// version the base URL names.
// Source: docs.cohere.com/reference/list-models, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

List list() { return {.first = Ask::server("/v1/models?page_size=1000"), .id_key = "name"}; }

std::vector<Ask> next(const Transcript& transcript) { return ask_pages(transcript, list()); }

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(), learn_common);
}

}  // namespace

const Protocol cohere{next, read};

}  // namespace weir::discovery::kinds
