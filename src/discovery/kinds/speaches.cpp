// speaches: `task` is a hub's pipeline tag. Models that neither recognise nor synthesise speech
// (voice activity, speaker embedding) are audio outside all sub types.
// Source: speaches-ai/speaches, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    if (!model.model_class && !row.text("task").empty()) {
      model.model_class = class_outside(catalogue::Type::audio);
    }
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  return any_row(transcript.document("/v1/models"),
                 [](const Row& row) { return !row.text("task").empty(); });
}

}  // namespace

const Protocol speaches{ask_models_list, read, marks, recognises};

}  // namespace weir::discovery::kinds
