/// Whether this process could listen at an address now.
#pragma once

#include "net/socket.hpp"

namespace weir::net {

/// The error of a listener at `endpoint`, which is closed at once; none if it could listen.
[[nodiscard]] boost::system::error_code probe_listen(const Tcp::endpoint& endpoint);

}  // namespace weir::net
