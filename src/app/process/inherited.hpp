/// Listening sockets opened by another process: an earlier server, or systemd.
#pragma once

#include <vector>

#include "net/descriptor.hpp"

namespace weir::app {

/// Empty: the server opens its own, according to its settings.
struct Inherited {
  std::vector<net::Descriptor> api = {};
  std::vector<net::Descriptor> admin = {};
};

inline constexpr const char* kApiListener = "api";
inline constexpr const char* kAdminListener = "admin";

}  // namespace weir::app
