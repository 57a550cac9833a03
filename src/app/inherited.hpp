/// Listening sockets that somebody else has opened: a server before this one, or systemd.
#pragma once

#include <vector>

#include "net/descriptor.hpp"

namespace weir::app {

/// Empty: the server opens its own, as its settings say.
struct Inherited {
  std::vector<net::Descriptor> api = {};
  std::vector<net::Descriptor> admin = {};
};

inline constexpr const char* kApiListener = "api";
inline constexpr const char* kAdminListener = "admin";

}  // namespace weir::app
