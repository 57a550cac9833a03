// vLLM. The list has no class; `root` is the model behind a served alias, and in a LoRA adapter's
// row `parent` is the served name of its base. `created` is the time of the call, and `owned_by`
// the engine's name, not an owner.
#include <string>
#include <unordered_map>

#include "discovery/kinds/facts.hpp"
#include "discovery/kinds/pages.hpp"
#include "discovery/kinds/protocol.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {
namespace {

// Rows without a parent, by id.
using Bases = std::unordered_map<std::string, Row>;

Bases bases_of(const std::vector<Row>& rows) {
  Bases bases;
  for (const Row& row : rows) {
    if (!row.has("parent")) bases.emplace(row.text("id"), row);
  }
  return bases;
}

std::string base_id_of(const Row& row, const Bases& bases) {
  const auto parent = row.text("parent");
  if (parent.empty()) return base_name_of(row.text("root"));
  const auto base = bases.find(parent);
  auto name = base == bases.end() ? std::string() : base_name_of(base->second.text("root"));
  return name.empty() ? base_name_of(parent) : name;
}

Result<Reading> read(const Transcript& transcript) {
  const auto bases = bases_of(rows_of_pages(transcript, models_list()));
  return read_pages(transcript, models_list(), [&](const Row& row, auto& model, Notes& notes) {
    learn_common(row, model, notes);
    model.facts.created.reset();
    model.facts.owned_by.reset();
    model.base_id = base_id_of(row, bases);
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
