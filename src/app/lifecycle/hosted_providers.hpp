/// Hosted providers from well-known environment variables, for a start without a config file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/settings.hpp"

namespace weir::app {

struct HostedProvider {
  discovery::UpstreamSettings upstream;
  std::string variable;  ///< that has the key
};

/// A variable that is set and not used.
struct UnusedVariable {
  std::string variable;
  std::string reason;  ///< for the operator
};

struct HostedProviders {
  std::vector<HostedProvider> found;
  std::vector<UnusedVariable> unused;
};

using ReadVariable = std::function<std::optional<std::string>(const std::string& name)>;

/// One upstream for each provider whose key is set. `listen`: this server's own address; variables
/// that lead clients to a Weir lead to no provider.
[[nodiscard]] HostedProviders hosted_providers(const ReadVariable& read, std::string_view listen);

/// The names of all variables with keys.
[[nodiscard]] std::vector<std::string_view> provider_variables();

}  // namespace weir::app
