/// A change of a stored key's limits.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "limit/limits.hpp"
#include "store/key_grant.hpp"

namespace weir::store {

/// The limits that it does not name stay as they are.
struct LimitChange {
  /// Remove all limits first, those of models too.
  bool from_unlimited = false;
  /// By Dimension; 0: unlimited.
  std::array<std::optional<std::int64_t>, limit::kDimensionCount> limits = {};
  /// Instead of all that the key has for models.
  std::optional<std::vector<limit::ModelLimits>> model_limits = {};

  bool operator==(const LimitChange&) const = default;

  /// The grant with this change.
  [[nodiscard]] KeyGrant over(KeyGrant grant) const {
    if (from_unlimited) {
      grant.limits = {};
      grant.model_limits.clear();
    }
    for (const auto dimension : kEnumerators<limit::Dimension>) {
      const auto& value = limits[static_cast<std::size_t>(dimension)];
      if (value) grant.limits.*limit::describe(dimension).member = *value;
    }
    if (model_limits) grant.model_limits = *model_limits;
    return grant;
  }
};

}  // namespace weir::store
