/// Remembers, from one catalogue to the next, what a classifier said about each model.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "catalogue/build.hpp"
#include "catalogue/classify.hpp"

namespace weir::catalogue {

/// Few of a catalogue's thousands of models are new in the next one, and what a classifier says
/// depends on its evidence alone. The classifier itself, whose patterns take two milliseconds to
/// compile and most of a MiB, exists only while a catalogue has something new.
///
/// Threads: one at a time.
class JudgeMemo {
 public:
  /// The judge of the next catalogue; valid until `end` is called.
  [[nodiscard]] Judge begin();
  /// Forgets what this catalogue did not ask for.
  void end();

  /// Answers that are remembered.
  [[nodiscard]] std::size_t size() const { return decisions_.before.size() + facts_.before.size(); }
  /// Answers that the classifier gave, in all.
  [[nodiscard]] std::size_t judged() const { return judged_; }

 private:
  template <class T>
  struct Answers {
    std::unordered_map<std::string, T> before;  ///< those not asked for again, until `end`
    std::unordered_map<std::string, T> now;
  };

  template <class T, class F>
  [[nodiscard]] const T& recall(Answers<T>& answers, F&& judge);
  [[nodiscard]] const Classifier& classifier();

  std::optional<Classifier> classifier_;
  Answers<Decision> decisions_;
  Answers<std::optional<RegistryFacts>> facts_;
  std::string key_;  ///< of the question, reused
  std::size_t judged_ = 0;
};

}  // namespace weir::catalogue
