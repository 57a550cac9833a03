/// What the public API answers from: made of the settings and of what the upstreams list.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/services.hpp"
#include "app/destinations.hpp"
#include "app/settings.hpp"
#include "app/unserved.hpp"
#include "base/secret.hpp"
#include "base/snapshot.hpp"
#include "catalogue/build.hpp"
#include "catalogue/explain.hpp"
#include "discovery/settings.hpp"
#include "net/socket.hpp"

namespace weir::app {

/// Whether the built-in engine is meant.
[[nodiscard]] bool is_simulator(const discovery::UpstreamSettings& upstream);

/// Publishes when it is made and with each change.
///
/// Threads:  one at a time: the main one until the control thread has begun to ask upstreams, and
///           that from then on. `published`: any.
/// Lifetime: `settings` outlive it, and are the ones in force.
class Publisher {
 public:
  /// `without_config`: a newcomer, who is to have something to call.
  Publisher(const Settings& settings, bool without_config);

  [[nodiscard]] const Snapshot<api::Published>& published() const { return published_; }

  /// Upstreams of kind simulator are this listener, and until then there are none.
  void simulator_at(const net::Tcp::endpoint& endpoint);
  /// Of this process, for its own simulator.
  [[nodiscard]] const Secret& simulator_token() const { return simulator_token_; }

  /// Those of the settings, those that were found, and the simulator with its address.
  [[nodiscard]] std::vector<discovery::UpstreamSettings> upstreams() const;
  /// Whether each of them has been asked, whatever it said.
  [[nodiscard]] bool all_listed() const;

  /// The upstream has just answered with its list: calls may go there again. Publishes only if some
  /// model that was not served has had its time.
  void listed(const std::string& upstream);
  /// The upstream has answered a call that it does not serve its model `id`, which it was only
  /// taken to. Publishes, unless that is known.
  void not_served(const std::string& upstream, const std::string& id);
  [[nodiscard]] catalogue::Explanation explain(std::string_view id) const;

  /// What all upstreams list; publishes.
  void take_listings(std::vector<catalogue::UpstreamListing> listings);
  /// What the loopback scan has found: upstreams from now on, listed with the next `publish`.
  void take_found(std::vector<discovery::UpstreamSettings> found) { found_ = std::move(found); }
  /// Publishes what the new settings make of the listings.
  void settings_changed();
  /// Publishes what has changed elsewhere.
  void publish();

 private:
  [[nodiscard]] std::shared_ptr<const api::Published> make();
  [[nodiscard]] std::vector<catalogue::MissingUpstream> missing() const;

  const Settings& settings_;
  const bool without_config_;
  const Secret simulator_token_;
  std::string simulator_url_;  ///< empty: there is none
  std::vector<catalogue::UpstreamListing> listings_;
  UnservedModels unserved_;
  std::vector<discovery::UpstreamSettings> found_;
  Destinations destinations_;
  std::uint64_t version_ = 0;
  Snapshot<api::Published> published_;
};

}  // namespace weir::app
