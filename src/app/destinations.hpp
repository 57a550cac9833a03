/// From the settings of upstreams to what the gateway calls: the one place where `discovery`, which
/// knows the kinds, and `gateway`, which knows none, meet.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalogue/build.hpp"
#include "discovery/settings.hpp"
#include "gateway/directory.hpp"
#include "upstream/settings.hpp"

namespace weir::app {

/// Keeps what is known of an upstream's health over changes of its settings, as long as its name
/// and address stay.
///
/// Threads: one.
class Destinations {
 public:
  /// `listings` tell where each upstream's API was found. REQUIRES: kinds and URLs have been
  /// checked; names differ.
  [[nodiscard]] std::shared_ptr<const gateway::Directory> make(
      const std::vector<discovery::UpstreamSettings>& upstreams,
      std::span<const catalogue::UpstreamListing> listings, const upstream::Settings& calls);

  /// The upstream has answered the catalogue's question.
  void listed(const std::string& upstream);

 private:
  [[nodiscard]] std::shared_ptr<upstream::Upstream> take_over(upstream::Address address,
                                                              const upstream::Settings& calls,
                                                              int max_in_flight);

  std::unordered_map<std::string, std::shared_ptr<upstream::Upstream>> known_;
};

}  // namespace weir::app
