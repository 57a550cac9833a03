/// Explains a model's class: the answer of each step, and of each upstream.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/build.hpp"
#include "catalogue/classify.hpp"
#include "catalogue/model.hpp"
#include "catalogue/settings.hpp"

namespace weir::catalogue {

/// One upstream's statement on a model's class.
struct UpstreamWord {
  std::string upstream;
  std::string model;  ///< its id there
  std::optional<ModelClass> model_class;

  bool operator==(const UpstreamWord&) const = default;
};

struct Explanation {
  std::optional<Model> model;        ///< as listed; nothing if it is not in the catalogue
  std::vector<UpstreamWord> words;   ///< from the upstreams that list it, in their order
  std::vector<ExplainedStep> steps;  ///< in order of precedence
};

/// For an id that is neither declared nor listed, the steps show the class that its name suggests.
///
/// Cost: reads every row of `listings`; 100,000 rows take some milliseconds.
[[nodiscard]] Explanation explain(std::string_view id, std::span<const ModelSettings> settings,
                                  std::span<const UpstreamListing> listings,
                                  const Classifier& classifier);

}  // namespace weir::catalogue
