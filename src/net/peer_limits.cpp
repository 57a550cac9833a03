#include "net/peer_limits.hpp"

#include <algorithm>
#include <cstdint>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace weir::net {

// A system that lacks an option has its default: only time depends on it.
void limit_peer(Socket& socket, const PeerLimits& limits) {
  const auto set = [&](int level, int option, std::int64_t value) {
    const auto number = static_cast<int>(std::max<std::int64_t>(value, 1));
    ::setsockopt(socket.native_handle(), level, option, &number, sizeof number);
  };
  if (limits.unacknowledged.count() > 0) {
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, limits.unacknowledged.count());
  }
  if (limits.keepalive_interval.count() == 0) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limits.keepalive_interval).count();
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, seconds);
}

}  // namespace weir::net
