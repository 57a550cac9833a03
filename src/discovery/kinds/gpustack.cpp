// GPUStack. Rows have `categories` and, on request, `meta`. Its category `image` includes edit
// models, so an id that suggests editing is left to later steps.
// Source: gpustack/gpustack routes/openai.py, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

List list() { return {.first = Ask::api("/models?with_meta=true")}; }

std::vector<Ask> next(const Transcript& transcript) { return ask_pages(transcript, list()); }

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    model.facts.owned_by.reset();  // the engine's name
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  return any_row(transcript.document("/v1/models"), [](const Row& row) {
    return row.text("owned_by") == "gpustack" || row.has("categories");
  });
}

}  // namespace

const Protocol gpustack{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
