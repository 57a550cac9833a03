// Any OpenAI-style list: LiteLLM, new-api, llama-swap, Jan, KoboldCpp, groq, qianfan and the rest.
// The four fields say nothing about a model's class; the additive ones that some of them send
// (architecture, capabilities, context_length, sub_types, root) are read where they are there.
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
    // An engine behind the generic kind: vLLM's root, llama.cpp's meta.
    if (const auto root = row.text("root"); is_hub_id(root) && root != model.id) {
      model.base_id = root;
    }
    if (!model.facts.context_length) {
      model.facts.context_length = row.child("meta").count("n_ctx_train");
    }
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  const auto* list = transcript.document("/v1/models");
  return list != nullptr && rows_of(*list).has_value();
}

}  // namespace

const Protocol openai{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
