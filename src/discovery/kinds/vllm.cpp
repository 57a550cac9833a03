// vLLM. The list has no class; `root` is what stands behind a served alias, and of a LoRA adapter's
// row `parent` is the served name of its base. `created` is the time of the call, and `owned_by`
// names the engine, not an owner.
#include <algorithm>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

std::vector<Ask> next(const Transcript& transcript) {
  return ask_once(transcript, Ask::api("/models"));
}

std::string base_id_of(const Row& row, const std::vector<Row>& rows) {
  const auto parent = row.text("parent");
  if (parent.empty()) return base_name_of(row.text("root"));
  const auto base = std::ranges::find_if(
      rows, [&](const Row& other) { return other.text("id") == parent && !other.has("parent"); });
  auto name = base == rows.end() ? std::string() : base_name_of(base->text("root"));
  return name.empty() ? base_name_of(parent) : name;
}

Result<Models> read(const Transcript& transcript) {
  const auto* list = transcript.document("/models");
  const auto rows = list != nullptr ? rows_of(*list) : Result<std::vector<Row>>{};
  return read_list(list, "id", [&](const Row& row, auto& model) {
    learn_common(row, transcript.asked_at, model);
    model.facts.created.reset();
    model.facts.owned_by.reset();
    if (rows) model.base_id = base_id_of(row, *rows);
    if (model.base_id == model.id) model.base_id.clear();
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  return any_row(transcript.document("/v1/models"),
                 [](const Row& row) { return row.text("owned_by") == "vllm"; });
}

}  // namespace

const Protocol vllm{next, read, marks, recognises};

}  // namespace weir::discovery::kinds
