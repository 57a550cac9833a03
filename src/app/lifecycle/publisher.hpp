/// The published state of the public API, computed from the settings and the upstreams' lists.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/services.hpp"
#include "app/lifecycle/destinations.hpp"
#include "app/lifecycle/settings.hpp"
#include "app/lifecycle/unserved.hpp"
#include "base/secret.hpp"
#include "base/snapshot.hpp"
#include "catalogue/build.hpp"
#include "catalogue/explain.hpp"
#include "catalogue/judge_memo.hpp"
#include "discovery/settings.hpp"
#include "net/socket.hpp"

namespace weir::app {

/// True if the upstream is the built-in engine.
[[nodiscard]] bool is_simulator(const discovery::UpstreamSettings& upstream);

/// The values that one publication is made from.
struct Draft {
  std::shared_ptr<const std::vector<catalogue::ModelSettings>> models;
  std::shared_ptr<const std::vector<discovery::UpstreamSettings>> upstreams;
  std::vector<catalogue::UpstreamListing> listings;
  /// Nothing: as in the last publication.
  std::optional<std::vector<PlannedDestination>> destinations;
  upstream::Settings calls;
  api::Settings list;
  std::uint64_t version = 0;
};

/// Publishes when created and with each change: at once, or when its owner has time for it.
///
/// Threads:  one at a time: the main thread until the control thread has begun to request lists,
///           and that from then on. `published`: any. `make`: any, one call at a time.
/// Lifetime: `settings` outlive it, and are the ones in force.
class Publisher {
 public:
  /// `without_config`: for a new user, who needs models to call.
  Publisher(const Settings& settings, bool without_config);

  [[nodiscard]] const Snapshot<api::Published>& published() const { return published_; }

  /// From now on changes are not published at once, but `on_due` is called, and their owner
  /// publishes several together: while it is due, begin, make, finish.
  void defer(std::function<void()> on_due) { on_due_ = std::move(on_due); }
  [[nodiscard]] bool is_due() const { return is_due_; }
  /// True if no change waits for its publication.
  [[nodiscard]] bool is_settled() const { return !is_due_ && !is_making_; }
  [[nodiscard]] Draft begin();
  /// Cost: milliseconds for each thousand models that have changed.
  [[nodiscard]] std::shared_ptr<const api::Published> make(const Draft& draft);
  void finish(std::shared_ptr<const api::Published> next);
  [[nodiscard]] bool has_former() const { return !former_.empty(); }
  /// Former publications that no request uses any more. Destroying them takes as long as making
  /// them did: not for I/O threads, nor for the control thread.
  [[nodiscard]] std::vector<std::shared_ptr<const api::Published>> take_unused();

  /// The address of upstreams of kind simulator; there are none before this call.
  void simulator_at(const net::Tcp::endpoint& endpoint);
  /// The token of this process for its own simulator.
  [[nodiscard]] const Secret& simulator_token() const { return simulator_token_; }

  /// The upstreams of the settings, those found by the scan, and the simulator with its address.
  [[nodiscard]] std::vector<discovery::UpstreamSettings> upstreams() const;
  /// True if each upstream has been asked for its list, whatever the result, and that is published.
  [[nodiscard]] bool all_listed() const;

  /// The upstream has just answered a list request: calls may go there again. Publishes only if a
  /// model marked as not served has expired.
  void listed(const std::string& upstream);
  /// The upstream has not answered a list request, or with an error. Null: it is unknown.
  [[nodiscard]] std::shared_ptr<upstream::Upstream> list_failed(const std::string& upstream,
                                                                bool is_unanswered) {
    return destinations_.list_failed(upstream, is_unanswered, monotonic_now());
  }
  // As of Destinations.
  [[nodiscard]] std::shared_ptr<upstream::Upstream> found_health(const std::string& upstream,
                                                                 bool is_alive) {
    return destinations_.found_health(upstream, is_alive, monotonic_now());
  }
  [[nodiscard]] bool is_silent(const std::string& upstream,
                               std::chrono::milliseconds silence) const {
    return destinations_.is_silent(upstream, silence, monotonic_now());
  }
  /// As of Destinations; empty if silence has no consequence.
  [[nodiscard]] std::vector<std::string> silent();
  /// The upstream has answered a call that it does not serve its model `id`, which it was only
  /// assumed to serve. Publishes if that is new.
  void not_served(const std::string& upstream, const std::string& id);
  [[nodiscard]] catalogue::Explanation explain(std::string_view id) const;

  /// Sets the lists of all upstreams; publishes.
  void take_listings(std::vector<catalogue::UpstreamListing> listings);
  /// Sets the upstreams found by the loopback scan; the next `publish` includes them.
  void take_found(std::vector<discovery::UpstreamSettings> found);
  /// Publishes the listings under the new settings.
  void settings_changed();
  /// Publishes changes made elsewhere.
  void publish();

 private:
  void apply_settings();

  const Settings& settings_;
  const bool without_config_;
  const Secret simulator_token_;
  std::string simulator_url_;  ///< empty: there is none
  std::shared_ptr<const std::vector<catalogue::ModelSettings>> models_;
  std::shared_ptr<const std::vector<discovery::UpstreamSettings>> upstreams_;
  std::vector<catalogue::UpstreamListing> listings_;
  UnservedModels unserved_;
  std::vector<discovery::UpstreamSettings> found_;
  Destinations destinations_;
  bool is_planned_ = false;  ///< the destinations of the last draft are still right
  std::uint64_t version_ = 0;
  std::function<void()> on_due_;  ///< empty: changes are published at once
  bool is_due_ = false;
  bool is_making_ = false;
  // For `make` alone.
  std::shared_ptr<const gateway::DestinationTable> table_;  ///< of the last publication
  catalogue::JudgeMemo memo_;
  std::vector<std::shared_ptr<const api::Published>> former_;
  Snapshot<api::Published> published_;
};

}  // namespace weir::app
