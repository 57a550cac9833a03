/// Turns the settings of upstreams into the gateway's destinations: the only place where
/// `discovery`, which knows the kinds, and `gateway`, which does not, meet.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "catalogue/build.hpp"
#include "discovery/settings.hpp"
#include "gateway/directory.hpp"
#include "upstream/settings.hpp"

namespace weir::app {

/// An upstream with all that its destination is made from.
struct PlannedDestination {
  discovery::UpstreamSettings settings;
  std::shared_ptr<upstream::Upstream> upstream;
  catalogue::ApiRoot root;
};

/// Threads: any. Cost: some 20 us for each upstream.
[[nodiscard]] std::shared_ptr<const gateway::DestinationTable> make_destinations(
    std::span<const PlannedDestination> planned, const upstream::Settings& calls);

/// Keeps the observed health of an upstream when its settings change, as long as its name and
/// address stay.
///
/// Threads: one.
class Destinations {
 public:
  /// Applies settings. `listings` state where each upstream's API was found. REQUIRES: kinds and
  /// URLs have been checked; names differ.
  [[nodiscard]] std::vector<PlannedDestination> plan(
      std::span<const discovery::UpstreamSettings> upstreams,
      std::span<const catalogue::UpstreamListing> listings, const upstream::Settings& calls);

  /// The upstream has answered a list request.
  void listed(const std::string& upstream, MonotonicTime now);
  /// The upstream has not. Null: it is unknown.
  [[nodiscard]] std::shared_ptr<upstream::Upstream> list_failed(const std::string& upstream,
                                                                bool is_unanswered,
                                                                MonotonicTime now);

  /// The engine has said, at its own health path, whether it can work. Null: it is unknown.
  [[nodiscard]] std::shared_ptr<upstream::Upstream> found_health(const std::string& upstream,
                                                                 bool is_alive, MonotonicTime now);
  /// Whether calls wait for it, and none was answered for `silence`.
  [[nodiscard]] bool is_silent(const std::string& upstream, std::chrono::milliseconds silence,
                               MonotonicTime now) const;

  /// Names of the upstreams whose lists are to be requested now: calls wait there, and none has
  /// been answered for `silence`, or twice as long after each request before.
  [[nodiscard]] std::vector<std::string> silent(std::chrono::milliseconds silence,
                                                MonotonicTime now);

 private:
  [[nodiscard]] std::shared_ptr<upstream::Upstream> take_over(upstream::Address address,
                                                              const upstream::Settings& calls,
                                                              int max_in_flight);

  /// The state of an upstream that calls wait for.
  struct Silence {
    MonotonicTime heard;  ///< before it
    std::chrono::milliseconds patience;
    MonotonicTime next_list;
  };

  std::unordered_map<std::string, std::shared_ptr<upstream::Upstream>> known_;
  std::unordered_map<std::string, Silence> silences_;
};

}  // namespace weir::app
