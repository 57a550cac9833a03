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

/// Keeps the observed health of an upstream when its settings change, as long as its name and
/// address stay.
///
/// Threads: one.
class Destinations {
 public:
  /// `listings` state where each upstream's API was found. REQUIRES: kinds and URLs have been
  /// checked; names differ; `models` live as long as the result.
  [[nodiscard]] std::shared_ptr<const gateway::Directory> make(
      const std::vector<discovery::UpstreamSettings>& upstreams,
      std::span<const catalogue::UpstreamListing> listings, const upstream::Settings& calls,
      std::span<const catalogue::Model> models);

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
