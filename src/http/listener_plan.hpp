/// Assigns inherited listening sockets to threads.
#pragma once

#include <cstddef>
#include <vector>

namespace weir::http {

/// Per thread, the indexes of the sockets it accepts from. Every socket has a thread, since
/// connections queued on a socket that nobody accepts from are lost; every thread has a socket,
/// shared if there are fewer sockets than threads. Equal counts: one each.
///
/// REQUIRES: both counts > 0.
[[nodiscard]] std::vector<std::vector<std::size_t>> plan_listeners(std::size_t sockets,
                                                                   std::size_t threads);

}  // namespace weir::http
