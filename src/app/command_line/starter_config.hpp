/// The config file that `weir init` writes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/lifecycle/hosted_providers.hpp"
#include "discovery/loopback_findings.hpp"

namespace weir::app {

struct StarterConfig {
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:8081";
  std::vector<discovery::UpstreamSettings> engines;
  std::vector<HostedProvider> providers;
  /// Engines of other users, written as comments.
  std::vector<discovery::NotAccepted> not_accepted;
  /// Variables of providers, written as comments.
  std::vector<UnusedVariable> unused;
  bool has_demo = false;
};

/// The operator's address beside clients' at `listen`: they never share a port.
[[nodiscard]] std::string admin_listen_beside(std::string_view listen);

/// YAML with comments. Providers' keys are references to their variables, never values.
[[nodiscard]] std::string starter_config(const StarterConfig& config);

}  // namespace weir::app
