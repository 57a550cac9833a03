/// Chooses an upstream for a call among those that have its model. It performs no I/O.
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

/// Further routes of a model are ignored.
inline constexpr std::size_t kMaxRoutes = 32;

/// The routes open to a call.
struct Routes {
  const catalogue::Model& model;
  const Directory& directory;
  catalogue::Endpoint endpoint;
  const std::string* only = nullptr;  ///< the upstream that already has the request; null: any
};

struct Choice {
  const catalogue::Route* route = nullptr;
  const Destination* destination = nullptr;
  std::size_t index = 0;  ///< index of the route
};

/// Nothing: every upstream that may be called now has been `tried`. `random`: uniform over all
/// values.
[[nodiscard]] std::optional<Choice> choose(const Routes& routes, std::bitset<kMaxRoutes> tried,
                                           std::uint64_t random, MonotonicTime now);

struct NoChoice {
  Errc code;
  std::optional<std::chrono::seconds> retry_after;  ///< none: never
};

/// Why nothing could be chosen before the first attempt: wrong_endpoint, upstream_rate_limited or
/// upstream_unavailable.
[[nodiscard]] NoChoice why_none(const Routes& routes, MonotonicTime now);

}  // namespace weir::gateway
