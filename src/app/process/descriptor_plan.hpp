/// Divides the process's limit on descriptors. Pure.
#pragma once

#include <cstdint>

namespace weir::app {

struct DescriptorNeeds {
  std::int64_t limit;  ///< descriptors that the process may have
  std::int64_t io_threads;
  std::int64_t upstreams;         ///< upstreams whose lists are requested
  std::int64_t calls;             ///< server.max_in_flight; 0: as many as fit
  std::int64_t memory_bytes;      ///< for all of the process
  std::int64_t idle_connections;  ///< idle connections to upstreams, at most
  std::int64_t per_call;          ///< descriptors per call; more than 1 if an upstream is in this
                                  ///< process
  std::int64_t max_connections;   ///< the setting; 0: as many as fit
};

struct DescriptorPlan {
  std::int64_t max_connections;  ///< client connections
  std::int64_t admin_connections;
  std::int64_t upstreams;  ///< reserved for connections to upstreams
  std::int64_t calls;      ///< in progress at the same time
  bool is_cut = false;     ///< the setting asks for more than fit
};

/// Store, logs and threads come first, then administration. From the rest a call needs one
/// descriptor for its client and one for its upstream, and some memory. A setting is followed as
/// long as an eighth is left for upstreams.
[[nodiscard]] DescriptorPlan plan_descriptors(const DescriptorNeeds& needs);

}  // namespace weir::app
