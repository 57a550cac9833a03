/// Makes the server shed load before it runs out of memory.
#pragma once

#include <cstdint>
#include <vector>

#include "http/server.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/metrics.hpp"

namespace weir::app {

/// server.memory_limit_bytes, or else the container's limit; 0: neither.
[[nodiscard]] std::uint64_t memory_limit_bytes(std::int64_t setting);

/// That limit, or else the machine's memory; 0: unknown.
[[nodiscard]] std::uint64_t usable_bytes(std::int64_t setting);

/// Reports memory pressure to each server, and under pressure returns free heap memory, until it is
/// cancelled.
///
/// Threads:  the control thread.
/// Lifetime: everything it refers to outlives it.
[[nodiscard]] net::Task<> watch_memory(std::vector<http::Server*> servers,
                                       std::uint64_t limit_bytes, net::WorkerPool& pool,
                                       telemetry::Registry& registry);

}  // namespace weir::app
