// vLLM. The list has no class; `root` is what stands behind a served alias, and of a LoRA adapter's
// row `parent` is the served name of its base. `created` is the time of the call, and `owned_by`
// names the engine, not an owner.
#include <algorithm>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

std::string base_id_of(const Row& row, const std::vector<Row>& rows) {
  const auto parent = row.text("parent");
  if (parent.empty()) return base_name_of(row.text("root"));
  const auto base = std::ranges::find_if(
      rows, [&](const Row& other) { return other.text("id") == parent && !other.has("parent"); });
  auto name = base == rows.end() ? std::string() : base_name_of(base->text("root"));
  return name.empty() ? base_name_of(parent) : name;
}

Result<Reading> read(const Transcript& transcript) {
  const auto rows = rows_of_pages(transcript, models_list());
  return read_pages(transcript, models_list(), [&](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    model.facts.created.reset();
    model.facts.owned_by.reset();
    model.base_id = base_id_of(row, rows);
    if (model.base_id == model.id) model.base_id.clear();
  });
}

std::vector<std::string_view> marks() { return {"/v1/models"}; }

bool recognises(const Transcript& transcript) {
  return any_row(transcript.document("/v1/models"),
                 [](const Row& row) { return row.text("owned_by") == "vllm"; });
}

}  // namespace

const Protocol vllm{ask_models_list, read, marks, recognises};

}  // namespace weir::discovery::kinds
