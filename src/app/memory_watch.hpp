/// Sees to it that the server gives up what it can before its memory runs out.
#pragma once

#include <cstdint>

#include "http/server.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/metrics.hpp"

namespace weir::app {

/// What server.memory_limit_bytes says, or else the container; 0: neither.
[[nodiscard]] std::uint64_t memory_limit_bytes(std::int64_t setting);

/// Tells the server how close the process is to the limit, and under pressure gives the heap's free
/// memory back, until it is cancelled.
///
/// Threads:  the control thread.
/// Lifetime: what it refers to outlives it.
[[nodiscard]] net::Task<> watch_memory(http::Server& server, std::uint64_t limit_bytes,
                                       net::WorkerPool& pool, telemetry::Registry& registry);

}  // namespace weir::app
