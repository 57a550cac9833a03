/// GET /v1/usage: the limits of the key that asks, and how much of each is in use.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/scope.hpp"
#include "limit/key_limiter.hpp"

namespace weir::api {

/// One key's question.
///
/// Cost: with limits of models, a look at every model of the catalogue; for a worker.
struct OwnUsage {
  std::shared_ptr<limit::KeyLimiter> limiter;
  MonotonicTime now;
  /// Null for a key without limits of models.
  std::shared_ptr<const catalogue::Catalogue> catalogue = {};
  std::shared_ptr<const catalogue::Scope> scope = {};

  [[nodiscard]] std::string render() const;
};

/// JSON, as in openapi.yaml.
[[nodiscard]] std::string render_uses(std::span<const limit::LimitUse> uses);

}  // namespace weir::api
