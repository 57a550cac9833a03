/// How the process's limit on descriptors is shared out. Pure.
#pragma once

#include <cstdint>

namespace weir::app {

struct DescriptorNeeds {
  std::int64_t limit;  ///< descriptors that the process may have
  std::int64_t io_threads;
  std::int64_t upstreams;         ///< that are asked for their lists
  std::int64_t calls;             ///< server.max_in_flight
  std::int64_t idle_connections;  ///< that may be kept to upstreams
  std::int64_t per_call;          ///< descriptors; more than 1 if an upstream is in this process
  std::int64_t max_connections;   ///< the setting; 0: as many as there is room for
};

struct DescriptorPlan {
  std::int64_t max_connections;  ///< of clients
  std::int64_t admin_connections;
  std::int64_t upstreams;  ///< kept for connections to them
  bool is_cut = false;     ///< there is no room for as many as the setting says
};

/// Store, logs and threads come first, then administration. Of the rest a call needs one for its
/// client and one for its upstream. A setting is followed as long as an eighth is left for
/// upstreams.
[[nodiscard]] DescriptorPlan plan_descriptors(const DescriptorNeeds& needs);

}  // namespace weir::app
