/// Name resolution that does not block an I/O thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/interrupt.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"

namespace weir::net {

using Endpoints = std::vector<Tcp::endpoint>;

/// Returns an address as it is, and looks a name up on `pool`, which outlives the task. The
/// deadline, or `interrupt`, ends the wait but not the lookup, which occupies the pool's thread
/// until the name service returns. Only addresses that an upstream may have are returned
/// (net/upstream_address.hpp).
/// Errors: upstream_unreachable, deadline_exceeded.
[[nodiscard]] Task<Result<Endpoints>> resolve(WorkerPool& pool, std::string host,
                                              std::uint16_t port, MonotonicTime deadline,
                                              Interrupt& interrupt);  // outlives the task

}  // namespace weir::net
