// Any OpenAI-style list: LiteLLM, new-api, llama-swap, Jan, KoboldCpp, groq, qianfan and others.
// The four fields say nothing about a model's class; the additional ones that some of them send
// (architecture, capabilities, context_length, sub_types, root) are read if present.
#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

Result<Reading> read(const Transcript& transcript) {
  return read_pages(transcript, models_list(), [](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    // vLLM configured as the generic kind.
    if (const auto root = row.text("root"); is_hub_id(root) && root != model.id) {
      model.base_id = root;
    }
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  const auto* list = transcript.document("/v1/models");
  return list != nullptr && rows_of(*list).has_value();
}

}  // namespace

const Protocol openai{ask_models_list, read, marks, recognises};

}  // namespace weir::discovery::kinds
