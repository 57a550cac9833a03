/// Which thread accepts from which listening socket, when the sockets come from elsewhere.
#pragma once

#include <cstddef>
#include <vector>

namespace weir::http {

/// Per thread, the sockets it accepts from, by number. Every socket has a thread, for what waits in
/// one that nobody accepts from is lost; every thread has a socket, shared with others if there are
/// fewer. As many as threads: one each.
///
/// REQUIRES: both counts > 0.
[[nodiscard]] std::vector<std::vector<std::size_t>> plan_listeners(std::size_t sockets,
                                                                   std::size_t threads);

}  // namespace weir::http
