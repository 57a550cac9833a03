// speaches: `task` is a hub's pipeline tag. What neither recognises nor speaks (voice activity,
// speaker embedding) is audio outside all sub types.
// Source: speaches-ai/speaches, 2026.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api("/models"));
}

Result<Models> read(const Transcript& transcript) {
  return read_list(transcript.document("/models"), "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    const auto task = row.text("task");
    model.model_class = class_of_word(task);
    if (!model.model_class && !task.empty()) {
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

const Protocol speaches{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
