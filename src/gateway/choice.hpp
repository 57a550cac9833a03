/// Chooses an upstream for a call among those that have its model. It performs no I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/container/small_vector.hpp>

#include "base/clock.hpp"
#include "base/errc.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/model.hpp"
#include "catalogue/scope.hpp"
#include "gateway/directory.hpp"
#include "upstream/affinity.hpp"

namespace weir::gateway {

/// A set of a model's routes, by index.
class RouteSet {
 public:
  [[nodiscard]] bool has(std::size_t index) const {
    const auto word = index / kWordBits;
    return word < words_.size() && (words_[word] >> index % kWordBits & 1U) != 0;
  }
  void set(std::size_t index, bool is_in) {
    const auto word = index / kWordBits;
    if (word >= words_.size()) words_.resize(word + 1);
    const auto bit = std::uint64_t{1} << index % kWordBits;
    words_[word] = is_in ? words_[word] | bit : words_[word] & ~bit;
  }

 private:
  static constexpr std::size_t kWordBits = 64;

  boost::container::small_vector<std::uint64_t, 2> words_;
};

/// The routes open to a call.
struct Routes {
  const catalogue::Model& model;
  const Directory& directory;
  catalogue::Endpoint endpoint;
  const std::string* only = nullptr;  ///< the upstream that already has the request; null: any
  /// Whether a call may be translated.
  bool translates = true;
  bool is_session = false;  ///< the call is one over a WebSocket
  /// A hash of what the calls share that should go to the same upstream; none: the load decides.
  std::optional<std::uint64_t> affinity = {};
};

struct Choice {
  const catalogue::Route* route = nullptr;
  const Destination* destination = nullptr;
  upstream::Health* health = nullptr;  ///< of the model there; the directory holds it
  std::size_t index = 0;               ///< index of the route
  upstream::AffinityResult affinity = upstream::AffinityResult::none;
  bool in_doubt = false;  ///< it was known to fail
  /// At which the upstream is called. Another than the client's: the call is translated.
  catalogue::Endpoint endpoint = {};
};

/// Nothing: every upstream that may be called now has been `tried`. `random`: uniform over all
/// values.
[[nodiscard]] std::optional<Choice> choose(const Routes& routes, const RouteSet& tried,
                                           std::uint64_t random, MonotonicTime now);

/// Whether each model that may be called at `endpoint` in `scope` has a route that opens sessions
/// there: a session is accepted before its model is known. Cost: up to one look at each model.
[[nodiscard]] bool opens_sessions(const catalogue::Catalogue& models, const Directory& directory,
                                  const catalogue::Scope& scope, catalogue::Endpoint endpoint);

struct NoChoice {
  Errc code;
  std::optional<std::chrono::seconds> retry_after;  ///< none: never
};

/// Why nothing could be chosen before the first attempt: wrong_endpoint, upstream_rate_limited or
/// upstream_unavailable.
[[nodiscard]] NoChoice why_none(const Routes& routes, MonotonicTime now);

}  // namespace weir::gateway
