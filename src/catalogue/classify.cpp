#include "catalogue/classify.hpp"

#include <fmt/core.h>

namespace weir::catalogue {

std::optional<Decision> Classifier::by_table(std::string_view id) const {
  const ClassRow* row = id.empty() ? nullptr : table_.find(id);
  if (row == nullptr) return std::nullopt;
  return Decision{row->model_class, ClassSource::table,
                  fmt::format("{} ({})", row->id, row->source)};
}

std::optional<Decision> Classifier::by_rules(std::string_view id) const {
  const Rule* rule = id.empty() ? nullptr : rules_.match(id);
  if (rule == nullptr) return std::nullopt;
  return Decision{rule->model_class(), ClassSource::rule, std::string(rule->name)};
}

Decision Classifier::decide(const ClassEvidence& evidence) const {
  if (evidence.config) return {*evidence.config, ClassSource::config, {}};
  if (evidence.upstream) return {*evidence.upstream, ClassSource::upstream, {}};
  for (auto step : {&Classifier::by_table, &Classifier::by_rules}) {
    for (std::string_view id : {evidence.base_id, evidence.id}) {
      if (std::optional<Decision> decision = (this->*step)(id)) return *std::move(decision);
    }
  }
  return {ModelClass::of({SubType::chat}), ClassSource::fallback, {}};
}

}  // namespace weir::catalogue
