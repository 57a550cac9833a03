/// The id rules: the class that a model's name suggests, one row per rule, first match wins.
///
/// Rows contain families and words, never whole ids: a whole id belongs in classes.csv.
/// rule_cases.csv has the evidence for each rule.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/model.hpp"

namespace re2 {
class RE2;
}

namespace weir::catalogue {

/// The text that a pattern is matched against. Both are normal_form(): the id's last path part, or
/// the whole id.
enum class RuleText : std::uint8_t { name, path };

struct Rule {
  std::string_view name;  ///< shown to the operator
  RuleText reads;
  SubTypes sub_types;
  Types outside;             ///< the types of a model outside all sub types
  std::string_view pattern;  ///< RE2, unanchored, over normal_form()

  [[nodiscard]] ModelClass model_class() const;
};

/// In order of precedence.
[[nodiscard]] std::span<const Rule> rules();

/// Lower case, every run of other characters than letters and digits turned into one `-`, and `-`
/// at both ends, so that `-tok-` tests a whole token and `^-tok-` the first one.
[[nodiscard]] std::string normal_form(std::string_view text);

/// The compiled rules. Building takes about 2.5 ms and 0.4 MiB, 5,000 ids about 25 ms; the automata
/// grow with use, to about 1.4 MiB in all, and are bounded. A caller that classifies seldom may
/// build one and drop it. Any thread.
class RuleSet {
 public:
  RuleSet();
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  /// The first rule that matches, or null. An id whose last part is not informative
  /// (`fal-ai/flux/schnell`, `/models/bge-m3/model.gguf`) is matched once more as a whole.
  [[nodiscard]] const Rule* match(std::string_view id) const;

 private:
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
};

}  // namespace weir::catalogue
