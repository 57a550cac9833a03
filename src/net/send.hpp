/// Non-blocking sends.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <boost/asio/buffer.hpp>

#include "net/socket.hpp"

namespace weir::net {

/// Bound on one send: a reader as fast as the sender must not hold the thread.
inline constexpr std::size_t kSendBytes = 1 << 20;

/// Sends what the kernel takes of `pieces` at once, in order, at most kSendBytes, with one system
/// call. Returns the number of bytes, or nothing if the connection is lost. Empty pieces cost
/// nothing. REQUIRES: the socket is open and non-blocking.
[[nodiscard]] std::optional<std::size_t> send_some(
    Socket& socket, std::span<const boost::asio::const_buffer> pieces);

}  // namespace weir::net
