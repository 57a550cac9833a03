/// Which upstream a call is to go to, of those that have its model. Decides; asks and calls nobody.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/errc.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/model.hpp"
#include "gateway/directory.hpp"

namespace weir::gateway {

/// Of a model's routes, no more are looked at.
inline constexpr std::size_t kMaxRoutes = 32;

/// Where a call can go.
struct Routes {
  const catalogue::Model& model;
  const Directory& directory;
  catalogue::Endpoint endpoint;
  const std::string* only = nullptr;  ///< the upstream that has it already; null: any
};

struct Choice {
  const catalogue::Route* route = nullptr;
  const Destination* destination = nullptr;
  std::size_t index = 0;  ///< of the route
};

/// Nothing: none that was not `tried` may be called now. `random`: of all values, each as likely.
[[nodiscard]] std::optional<Choice> choose(const Routes& routes, std::bitset<kMaxRoutes> tried,
                                           std::uint64_t random, MonotonicTime now);

struct NoChoice {
  Errc code;
  std::optional<std::chrono::seconds> retry_after;  ///< none: never
};

/// Why nothing could be chosen before anything was tried: wrong_endpoint, upstream_rate_limited or
/// upstream_unavailable.
[[nodiscard]] NoChoice why_none(const Routes& routes, MonotonicTime now);

}  // namespace weir::gateway
