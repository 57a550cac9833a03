/// The upstreams by name, with all that a call to them needs. Immutable; replaced as a whole with
/// the settings.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/secret.hpp"
#include "catalogue/endpoint.hpp"
#include "catalogue/model.hpp"
#include "upstream/settings.hpp"
#include "upstream/upstream.hpp"

namespace weir::gateway {

/// One upstream, as configured.
struct Destination {
  std::shared_ptr<upstream::Upstream> upstream;
  /// The start of a request by Endpoint: its line, Host, and the upstream's key, each with its
  /// CRLF. Empty if the upstream does not serve the endpoint.
  std::array<Secret, catalogue::kEndpointCount> heads;
  /// The same with `beta=true` in the target, where the endpoint's family has that; otherwise
  /// empty.
  std::array<Secret, catalogue::kEndpointCount> beta_heads;
  /// Endpoints whose calls are translated here, to those that stand in for them.
  catalogue::Endpoints translated = {};
  /// Endpoints at which it opens sessions over WebSockets.
  catalogue::Endpoints sessions = {};
  /// The member that limits an answer in tokens.
  std::string_view output_limit = "max_tokens";
  bool takes_effort = false;  ///< its reasoning models are known to take reasoning_effort
  bool takes_top_k = false;   ///< it is known to take top_k with chat completions
  /// Endpoints that its kind is documented to serve; it may be called at others too.
  catalogue::Endpoints documented = {};
  int priority = 0;
  int weight = 1;
  bool asks_usage = false;  ///< request usage in streams
  std::chrono::milliseconds connect_timeout{0};
  std::chrono::milliseconds first_byte_timeout{0};
  std::chrono::milliseconds total_timeout{0};

  [[nodiscard]] const Secret& head(catalogue::Endpoint endpoint, bool beta = false) const {
    const auto index = static_cast<std::size_t>(endpoint);
    return beta && !beta_heads[index].empty() ? beta_heads[index] : heads[index];
  }
  /// The endpoint at which a call of `endpoint` is made here. Nothing: it cannot be made.
  [[nodiscard]] std::optional<catalogue::Endpoint> called_at(catalogue::Endpoint endpoint) const;
};

/// A route of a model, with all that a call there needs. Null: no such upstream is configured.
struct Path {
  const Destination* destination = nullptr;
  std::shared_ptr<upstream::Health> health = nullptr;  ///< of the model there
};

/// Destinations by name. They change with the settings, and catalogues in between share them.
///
/// Threads: any; immutable.
class DestinationTable {
 public:
  /// REQUIRES: names differ.
  DestinationTable(std::vector<Destination> destinations, upstream::Settings settings);
  DestinationTable(const DestinationTable&) = delete;
  DestinationTable& operator=(const DestinationTable&) = delete;

  [[nodiscard]] const std::vector<Destination>& all() const { return destinations_; }
  /// Null for an unknown name. Valid as long as the table.
  [[nodiscard]] const Destination* find(std::string_view name) const;
  [[nodiscard]] const upstream::Settings& settings() const { return settings_; }
  /// Endpoints at which any of them opens sessions.
  [[nodiscard]] catalogue::Endpoints sessions() const { return sessions_; }
  /// Unique within the process; never 0.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  std::vector<Destination> destinations_;
  std::unordered_map<std::string_view, const Destination*> by_name_;
  upstream::Settings settings_;
  catalogue::Endpoints sessions_;
  std::uint64_t serial_;
};

/// Threads: any; immutable.
class Directory {
 public:
  /// `models`: those of the catalogue that is published together with it, and lives as long.
  Directory(std::shared_ptr<const DestinationTable> destinations,
            std::span<const catalogue::Model> models);
  /// REQUIRES: names differ.
  Directory(std::vector<Destination> destinations, upstream::Settings settings,
            std::span<const catalogue::Model> models)
      : Directory(std::make_shared<const DestinationTable>(std::move(destinations), settings),
                  models) {}
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  /// The paths of the model's routes, in their order. Valid as long as the directory.
  /// REQUIRES: `model` is one of its catalogue. Cost: no look-up.
  [[nodiscard]] std::span<const Path> paths_of(const catalogue::Model& model) const;

  /// Null for an unknown name. Valid as long as the directory.
  [[nodiscard]] const Destination* find(std::string_view name) const {
    return destinations_->find(name);
  }
  /// Whether any upstream opens sessions at `endpoint`.
  [[nodiscard]] bool opens_sessions(catalogue::Endpoint endpoint) const {
    return destinations_->sessions().contains(endpoint);
  }
  [[nodiscard]] const upstream::Settings& settings() const { return destinations_->settings(); }
  /// As of DestinationTable.
  [[nodiscard]] std::uint64_t serial() const { return destinations_->serial(); }

 private:
  std::shared_ptr<const DestinationTable> destinations_;
  std::span<const catalogue::Model> models_;
  std::vector<std::size_t> first_paths_;  ///< by model; one more than there are models
  std::vector<Path> paths_;
};

}  // namespace weir::gateway
