#include "net/datagram.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include "net/descriptor.hpp"

namespace weir::net {

Result<> send_datagram(std::string_view address, std::string_view text) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const bool abstract = address.starts_with('@');
  if (!(abstract || address.starts_with('/')) || address.size() >= sizeof to.sun_path) {
    return fail(Errc::not_found, "not a Unix socket address");
  }
  std::memcpy(to.sun_path, address.data(), address.size());
  if (abstract) to.sun_path[0] = '\0';
  // An abstract name is delimited by its length, a path by a zero byte.
  const auto size = offsetof(sockaddr_un, sun_path) + address.size() + (abstract ? 0 : 1);
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket ||
      ::sendto(socket.number(), text.data(), text.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(size)) < 0) {
    return fail(Errc::not_found, std::strerror(errno));
  }
  return {};
}

}  // namespace weir::net
