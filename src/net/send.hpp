/// Sending without waiting.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <boost/asio/buffer.hpp>

#include "net/socket.hpp"

namespace weir::net {

/// So much goes out at once: a reader that is as fast as the sender must not hold the thread.
inline constexpr std::size_t kSendBytes = 1 << 20;

/// Sends of `pieces`, in their order, what the kernel takes at once, at most kSendBytes, with one
/// system call: how many bytes that was, or nothing if the connection is lost. Empty pieces cost
/// nothing. REQUIRES: the socket is open and does not block.
[[nodiscard]] std::optional<std::size_t> send_some(
    Socket& socket, std::span<const boost::asio::const_buffer> pieces);

}  // namespace weir::net
