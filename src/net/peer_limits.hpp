/// How soon a peer whose host has vanished is noticed: such a host sends no FIN.
#pragma once

#include <chrono>

#include "net/socket.hpp"

namespace weir::net {

struct PeerLimits {
  std::chrono::milliseconds keepalive_interval{0};  ///< of probes on a silent connection; 0: none
  std::chrono::milliseconds unacknowledged{0};      ///< for data and probes; 0: the system's limit

  bool operator==(const PeerLimits&) const = default;
};

/// Afterwards reads and writes fail if the peer's host has acknowledged nothing for so long.
/// Source: tcp(7): TCP_USER_TIMEOUT bounds keep-alive probes too.
void limit_peer(Socket& socket, const PeerLimits& limits);

}  // namespace weir::net
