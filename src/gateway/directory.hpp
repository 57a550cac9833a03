/// How each upstream is called, found by name. Immutable; replaced as a whole with the settings.
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

/// One upstream, as the operator set it up.
struct Destination {
  std::shared_ptr<upstream::Upstream> upstream;
  /// The start of a request: its line, Host, and the upstream's key, each with its CRLF; by
  /// Endpoint. Empty where the upstream does not speak the endpoint.
  std::array<Secret, catalogue::kEndpointCount> heads;
  /// Paths that its kind is documented to serve; it may be called at others too.
  catalogue::Endpoints documented = {};
  int priority = 0;
  int weight = 1;
  bool asks_usage = false;  ///< whether streams are to be asked for their usage
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

  /// Null for an unknown name. Lives as long as the directory.
  [[nodiscard]] const Destination* find(std::string_view name) const;
  [[nodiscard]] const upstream::Settings& settings() const { return settings_; }
  /// Of no other directory of this process, before or after; never 0.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  std::vector<Destination> destinations_;
  std::unordered_map<std::string_view, const Destination*> by_name_;
  upstream::Settings settings_;
  std::uint64_t serial_;
};

}  // namespace weir::gateway
