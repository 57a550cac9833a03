/// The parts of a running server that the admin API reads and changes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/keyring.hpp"
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/explain.hpp"
#include "discovery/refresher.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"
#include "store/store.hpp"
#include "store/visit_usage.hpp"
#include "telemetry/call_log.hpp"
#include "telemetry/call_series.hpp"

namespace weir::management {

struct NodeFacts {
  std::string version;
  WallTime started_at;
  std::string api_url;
  std::string admin_url;
  std::string config_file;  ///< empty: none
  bool has_tls = false;     ///< on the admin listener
};

/// The load of an upstream that calls are sent to.
struct UpstreamLoad {
  std::string_view breaker;  ///< a literal
  int in_flight = 0;
  int waiting = 0;
  int max_in_flight = 0;  ///< 0: no limit
};

struct UpstreamState {
  discovery::UpstreamReport report;
  std::optional<UpstreamLoad> load;  ///< nothing: no call is sent there
};

/// A route to a model at one upstream.
struct RouteState {
  std::string model;  ///< the id that clients use
  std::string id;     ///< the upstream's own
  std::string_view status;
  std::string_view reason;
  std::string_view breaker;  ///< empty: no call is sent there
};

struct ConfigProblem {
  int line = 0;  ///< 0: no particular one
  std::string setting;
  std::string message;
};

struct ConfigCheck {
  std::vector<ConfigProblem> problems;
  std::vector<std::string> restart_needed;
};

struct ConfigState {
  std::string yaml;  ///< effective, secrets hidden
  std::vector<std::string> restart_needed;
  std::vector<std::string> warnings;
  WallTime loaded_at;
};

/// Functions are called on the listener's thread, except those that say otherwise.
struct Services {
  const NodeFacts& facts;
  std::function<bool()> ready;
  std::function<std::shared_ptr<const catalogue::Catalogue>()> catalogue;
  std::function<catalogue::Explanation(std::string_view id)> explain;
  std::function<std::vector<UpstreamState>()> upstreams;
  std::function<std::vector<RouteState>(std::string_view upstream)> routes;
  /// False: there is no such upstream.
  std::function<bool(std::string_view upstream)> refresh;

  auth::Keyring& keys;
  store::Store& store;
  /// As SqliteStore::visit_usage, by a connection of its own; on the thread of reports.
  std::function<Result<>(const store::UsageFilter&, store::UsageView, const store::VisitUsage&)>
      visit_usage;
  net::WorkerPool& report_pool;  ///< what may take seconds, one after the other
  net::WorkerPool& store_pool;
  net::WorkerPool& pool;

  telemetry::CallLog& calls;
  const telemetry::CallSeries& series;

  std::function<ConfigState()> config;
  /// Changes with each reload.
  std::function<std::uint64_t()> config_version;
  /// On any thread.
  std::function<ConfigCheck(std::string_view yaml)> check_config;
  /// Problems; none: it is in force.
  std::function<net::Task<std::vector<ConfigProblem>>()> reload_config;

  /// A new login link is valid from now on, its predecessor no longer.
  std::function<void(const Secret& token)> link_changed;
};

}  // namespace weir::management
