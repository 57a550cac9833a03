#include "catalogue/classify.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace weir::catalogue {
namespace {

struct Step {
  ClassSource source;
  std::optional<Decision> (Classifier::*ask)(std::string_view id) const;
};

/// The steps that read an id, in order of precedence.
constexpr std::array kSteps = std::to_array<Step>({
    {ClassSource::table, &Classifier::by_table},
    {ClassSource::registry, &Classifier::by_registry},
    {ClassSource::rule, &Classifier::by_rules},
});

Decision fallback() { return {ModelClass::of({SubType::chat}), ClassSource::fallback, {}}; }

}  // namespace

std::optional<Decision> Classifier::by_table(std::string_view id) const {
  const ClassRow* row = id.empty() ? nullptr : table_.find(id);
  if (row == nullptr) return std::nullopt;
  return Decision{row->model_class, ClassSource::table,
                  fmt::format("{} ({})", row->id, row->source)};
}

std::optional<Decision> Classifier::by_registry(std::string_view id) const {
  const std::optional<RegistryMatch> match = id.empty() ? std::nullopt : registry_.find(id);
  if (!match) return std::nullopt;
  return Decision{match->model_class, ClassSource::registry,
                  fmt::format("{} ({})", match->id, match->source)};
}

std::optional<Decision> Classifier::by_rules(std::string_view id) const {
  const Rule* rule = id.empty() ? nullptr : rules_.match(id);
  if (rule == nullptr) return std::nullopt;
  return Decision{rule->model_class(), ClassSource::rule, std::string(rule->name)};
}

Decision Classifier::decide(const ClassEvidence& evidence) const {
  if (evidence.config) return {*evidence.config, ClassSource::config, {}};
  if (evidence.upstream) return {*evidence.upstream, ClassSource::upstream, {}};
  for (const Step& step : kSteps) {
    for (std::string_view id : {evidence.base_id, evidence.id}) {
      if (std::optional<Decision> decision = (this->*step.ask)(id)) return *std::move(decision);
    }
  }
  return fallback();
}

std::vector<ExplainedStep> Classifier::explain(const ClassEvidence& evidence) const {
  std::vector<ExplainedStep> steps;
  steps.push_back({.source = ClassSource::config, .model_class = evidence.config});
  steps.push_back({.source = ClassSource::upstream, .model_class = evidence.upstream});
  for (const Step& step : kSteps) {
    for (std::string_view id : {evidence.base_id, evidence.id}) {
      if (id.empty()) continue;
      ExplainedStep& explained = steps.emplace_back();
      explained.source = step.source;
      explained.id = id;
      if (std::optional<Decision> decision = (this->*step.ask)(id)) {
        explained.model_class = decision->model_class;
        explained.rule = std::move(decision->rule);
      }
    }
  }
  steps.push_back({.source = ClassSource::fallback,
                   .id = std::string(evidence.id),
                   .model_class = fallback().model_class});
  std::ranges::find_if(steps, [](const ExplainedStep& step) {
    return step.model_class.has_value();
  })->decides = true;
  return steps;
}

std::optional<RegistryFacts> Classifier::facts(std::string_view id,
                                               std::string_view base_id) const {
  for (std::string_view name : {base_id, id}) {
    if (name.empty()) continue;
    std::optional<RegistryMatch> match = registry_.find(name);
    if (match && match->facts != ModelFacts{}) {
      return RegistryFacts{std::move(match->facts), match->source};
    }
  }
  return std::nullopt;
}

}  // namespace weir::catalogue
