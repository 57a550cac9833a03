/// The `keys` section of the config file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "config/schema_fwd.hpp"
#include "limit/limits.hpp"

namespace weir::auth {

/// One entry of `keys`, with the properties of a stored key.
struct KeySettings {
  std::string name;
  Secret key;
  limit::Limits limits;
  std::vector<limit::ModelLimits> model_limits;
  std::vector<std::string> models = {"*"};  ///< globs
  std::vector<std::string> sub_types;       ///< wire names; empty: all
  std::vector<std::string> networks;        ///< CIDR; empty: all
  std::optional<WallTime> expires;
  bool disabled = false;
};

/// The rows of one entry of `keys`.
[[nodiscard]] config::Schema<KeySettings> key_schema();

}  // namespace weir::auth
