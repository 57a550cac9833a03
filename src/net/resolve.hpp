/// Names to addresses, without holding up an I/O thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"

namespace weir::net {

using Endpoints = std::vector<Tcp::endpoint>;

/// An address is its own answer; a name is asked for on `pool`, which outlives the task. A name
/// service may take longer than any deadline: the pool's thread then follows when it returns.
/// Only addresses that an upstream may have are given (net/upstream_address.hpp).
/// Errors: upstream_unreachable, deadline_exceeded.
[[nodiscard]] Task<Result<Endpoints>> resolve(WorkerPool& pool, std::string host,
                                              std::uint16_t port, MonotonicTime deadline);

}  // namespace weir::net
