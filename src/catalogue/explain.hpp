/// Why a model has its class: each step's word, and what each upstream said.
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

/// One upstream's word on a model's class.
struct UpstreamWord {
  std::string upstream;
  std::string model;  ///< its id there
  std::optional<ModelClass> model_class;

  bool operator==(const UpstreamWord&) const = default;
};

struct Explanation {
  std::optional<Model> model;        ///< as it is listed; nothing if it is not in the catalogue
  std::vector<UpstreamWord> words;   ///< of the upstreams that list it, in their order
  std::vector<ExplainedStep> steps;  ///< in order of precedence
};

/// For an id that no one declares or lists, the steps say what its name would make of it.
///
/// Cost: a look at every row of `listings`; 100,000 rows take some milliseconds.
[[nodiscard]] Explanation explain(std::string_view id, std::span<const ModelSettings> settings,
                                  std::span<const UpstreamListing> listings,
                                  const Classifier& classifier);

}  // namespace weir::catalogue
