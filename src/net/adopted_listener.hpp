/// Listening sockets shared with another process: inherited from one, or to be handed to one.
#pragma once

#include "base/result.hpp"
#include "net/descriptor.hpp"
#include "net/socket.hpp"

namespace weir::net {

/// The address that `descriptor` listens on. Errors: config_invalid if it is not a listening TCP
/// socket.
[[nodiscard]] Result<Tcp::endpoint> listening_at(const Descriptor& descriptor);

/// Makes a listener from a duplicate of `descriptor`. Several threads may each have one; the first
/// to wake accepts. Errors: as listening_at.
[[nodiscard]] Result<Acceptor> adopt_listener(Executor executor, const Descriptor& descriptor);

/// Closes this process's copy. The socket and its queued connections live on while another process
/// has a copy.
///
/// Not `Acceptor::close`: while a copy lives on, epoll would report events for a socket that Asio
/// has forgotten.
void close_listener(Acceptor& acceptor);

}  // namespace weir::net
