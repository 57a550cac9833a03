/// The upstreams by name, with all that a call to them needs. Immutable; replaced as a whole with
/// the settings.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/secret.hpp"
#include "catalogue/endpoint.hpp"
#include "upstream/settings.hpp"
#include "upstream/upstream.hpp"

namespace weir::gateway {

/// One upstream, as configured.
struct Destination {
  std::shared_ptr<upstream::Upstream> upstream;
  /// The start of a request by Endpoint: its line, Host, and the upstream's key, each with its
  /// CRLF. Empty if the upstream does not serve the endpoint.
  std::array<Secret, catalogue::kEndpointCount> heads;
  /// Endpoints that its kind is documented to serve; it may be called at others too.
  catalogue::Endpoints documented = {};
  int priority = 0;
  int weight = 1;
  bool asks_usage = false;  ///< request usage in streams
  std::chrono::milliseconds connect_timeout{0};
  std::chrono::milliseconds first_byte_timeout{0};
  std::chrono::milliseconds total_timeout{0};

  [[nodiscard]] const Secret& head(catalogue::Endpoint endpoint) const {
    return heads[static_cast<std::size_t>(endpoint)];
  }
};

/// Threads: any; immutable.
class Directory {
 public:
  /// REQUIRES: names differ.
  Directory(std::vector<Destination> destinations, upstream::Settings settings);

  /// Null for an unknown name. Valid as long as the directory.
  [[nodiscard]] const Destination* find(std::string_view name) const;
  [[nodiscard]] const upstream::Settings& settings() const { return settings_; }
  /// Unique within the process; never 0.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  std::vector<Destination> destinations_;
  std::unordered_map<std::string_view, const Destination*> by_name_;
  upstream::Settings settings_;
  std::uint64_t serial_;
};

}  // namespace weir::gateway
