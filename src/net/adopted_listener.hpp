/// Listening sockets that more than one process holds: taken over from another, or to be handed on.
#pragma once

#include "base/result.hpp"
#include "net/descriptor.hpp"
#include "net/socket.hpp"

namespace weir::net {

/// Where `descriptor` listens. Errors: config_invalid if it is no listening TCP socket.
[[nodiscard]] Result<Tcp::endpoint> listening_at(const Descriptor& descriptor);

/// Makes a listener of a copy of `descriptor`: several threads may have one each, and then whoever
/// is awake first accepts. Errors: as listening_at.
[[nodiscard]] Result<Acceptor> adopt_listener(Executor executor, const Descriptor& descriptor);

/// Closes this process's copy. The socket and the connections that wait in it live on while
/// another process has a copy.
///
/// Not `Acceptor::close`: where a copy lives on, epoll would go on telling of a socket that Asio
/// has forgotten.
void close_listener(Acceptor& acceptor);

}  // namespace weir::net
