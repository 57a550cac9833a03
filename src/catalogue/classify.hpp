/// Decides what a model is for: the operator's word, then the upstream's, then the built-in table,
/// then the id rules, then chat.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalogue/class_table.hpp"
#include "catalogue/model.hpp"
#include "catalogue/rules.hpp"

namespace weir::catalogue {

struct Decision {
  ModelClass model_class;
  ClassSource source = ClassSource::fallback;
  /// For the operator: the rule's name, or the table row's id and where that is from. Empty where
  /// `source` says it all.
  std::string rule;
};

/// All that is known about one model's class.
struct ClassEvidence {
  std::string_view id;  ///< as it is listed
  /// UpstreamModel::base_id; may be empty. Names the weights, where `id` may be any alias.
  std::string_view base_id = {};
  /// What the config says of this id, exactly or by its best glob.
  std::optional<ModelClass> config = {};
  std::optional<ModelClass> upstream = {};
};

/// Immutable, so any thread may ask. See RuleSet for what one costs.
class Classifier {
 public:
  /// `base_id` is asked before `id` within the table and within the rules; a table row for either
  /// wins over a rule for either.
  [[nodiscard]] Decision decide(const ClassEvidence& evidence) const;

  /// By id alone: table, rules, chat.
  [[nodiscard]] Decision classify(std::string_view id) const { return decide({.id = id}); }
  [[nodiscard]] std::optional<Decision> by_table(std::string_view id) const;
  [[nodiscard]] std::optional<Decision> by_rules(std::string_view id) const;

 private:
  ClassTable table_;
  RuleSet rules_;
};

}  // namespace weir::catalogue
