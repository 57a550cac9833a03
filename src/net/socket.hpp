/// Sockets, listeners and addresses, bound to the project's executor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/task.hpp"

namespace weir::net {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<MonotonicClock,
                                                boost::asio::wait_traits<MonotonicClock>, Executor>;

/// Parses "127.0.0.1:8080", "[::1]:8080", "localhost:0". The host must be an address or
/// `localhost`: a name service never decides what to listen on.
/// Errors: config_invalid.
[[nodiscard]] Result<Tcp::endpoint> parse_endpoint(std::string_view text);

[[nodiscard]] std::string format_endpoint(const Tcp::endpoint& endpoint);

/// Binds and listens with SO_REUSEPORT, so that each thread can have a listener of its own.
/// Errors: config_invalid with the address and the system's reason.
[[nodiscard]] Result<Acceptor> open_listener(Executor executor, const Tcp::endpoint& endpoint,
                                             int backlog);

/// True if a socket listens on `endpoint` now: SO_REUSEPORT would let two servers share a port
/// silently.
[[nodiscard]] bool is_taken(const Tcp::endpoint& endpoint);

/// Waits; returns early when the coroutine is cancelled.
[[nodiscard]] Task<> wait_for(std::chrono::milliseconds time);

}  // namespace weir::net
