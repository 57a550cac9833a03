/// The grant of a key: its permissions, its limits and its expiry.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "limit/limits.hpp"

namespace weir::store {

/// Part of every form of a key: an entry of the config, a draft, a stored key and an entry of the
/// table that requests use. It is passed on as a whole. The default opens nothing.
struct KeyGrant {
  std::optional<WallTime> expires_at = {};
  limit::Limits limits = {};
  std::vector<limit::ModelLimits> model_limits = {};
  std::vector<std::string> models = {};     ///< globs; empty: none
  std::vector<std::string> sub_types = {};  ///< wire names; empty: all
  std::vector<std::string> networks = {};   ///< CIDR; empty: all

  bool operator==(const KeyGrant&) const = default;
};

}  // namespace weir::store
