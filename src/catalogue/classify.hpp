/// Classifies a model by precedence: the operator's statement, the upstream's, the built-in table,
/// public registries, the id rules, and chat as the default.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/class_table.hpp"
#include "catalogue/model.hpp"
#include "catalogue/registry.hpp"
#include "catalogue/rules.hpp"

namespace weir::catalogue {

struct Decision {
  ModelClass model_class;
  ClassSource source = ClassSource::fallback;
  /// For the operator: the rule's name, or the id of the row of the table or registry and its
  /// source. Empty if `source` is sufficient.
  std::string rule;
};

/// One step of a decision, whether it decided or not.
struct ExplainedStep {
  ClassSource source = ClassSource::fallback;
  std::string id = {};  ///< the id that the step looked at; empty for config and upstream
  /// The step's own answer; nothing if it does not know the model.
  std::optional<ModelClass> model_class = {};
  std::string rule = {};  ///< as Decision::rule
  bool decides = false;   ///< true for one step: the first with an answer

  bool operator==(const ExplainedStep&) const = default;
};

/// Facts that a public registry states about one model.
struct RegistryFacts {
  ModelFacts facts;
  std::string_view source;  ///< the registry; static text
};

/// The evidence about one model's class.
struct ClassEvidence {
  std::string_view id;  ///< as listed
  /// UpstreamModel::base_id; may be empty. Names the weights, where `id` may be any alias.
  std::string_view base_id = {};
  /// The config's class for this id, exact or by its best glob.
  std::optional<ModelClass> config = {};
  std::optional<ModelClass> upstream = {};
};

/// Immutable, so any thread may use it. RuleSet documents the cost.
class Classifier {
 public:
  /// Each step tries `base_id` before `id`; an earlier step wins for either id.
  [[nodiscard]] Decision decide(const ClassEvidence& evidence) const;
  /// Every step in the order of decide(), with the answer it would give alone.
  [[nodiscard]] std::vector<ExplainedStep> explain(const ClassEvidence& evidence) const;
  /// Registry facts about `base_id`, or about `id` if there are none. Nothing for weights that the
  /// id does not identify with certainty, such as a quantised file. `base_id` may be empty.
  [[nodiscard]] std::optional<RegistryFacts> facts(std::string_view id,
                                                   std::string_view base_id = {}) const;

  /// By id alone: table, registry, rules, chat.
  [[nodiscard]] Decision classify(std::string_view id) const { return decide({.id = id}); }
  [[nodiscard]] std::optional<Decision> by_table(std::string_view id) const;
  [[nodiscard]] std::optional<Decision> by_registry(std::string_view id) const;
  [[nodiscard]] std::optional<Decision> by_rules(std::string_view id) const;

 private:
  ClassTable table_;
  const Registry& registry_ = Registry::built_in();
  RuleSet rules_;
};

}  // namespace weir::catalogue
