/// The `models` section of the config file: models that the operator declares or corrects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalogue/model.hpp"
#include "config/schema_fwd.hpp"

namespace weir::catalogue {

/// An upstream that serves a declared model.
struct RouteSettings {
  std::string name;                  ///< of an upstream in the same file
  std::string model = {};            ///< the id there; empty: the same id
  std::optional<int> priority = {};  ///< unset: the upstream's own
  std::optional<int> weight = {};    ///< unset: the upstream's own
};

/// One entry of `models`. An `id` with `*` or `?` corrects every discovered model that it matches,
/// and declares none.
struct ModelSettings {
  std::string id;
  std::vector<std::string> aliases = {};  ///< other ids, listed and callable beside it
  std::vector<SubType> sub_types = {};
  std::optional<Type> type = {};  ///< only for a model outside all sub types
  ModelFacts facts = {};
  std::vector<RouteSettings> upstreams = {};
  bool hidden = false;  ///< never listed, never callable
};

/// The rows of one entry of `models`.
[[nodiscard]] config::Schema<ModelSettings> model_schema();

}  // namespace weir::catalogue
