#include "net/adopted_listener.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace weir::net {
namespace {

std::unexpected<Error> refused(const Descriptor& descriptor, std::string_view why) {
  return fail(Errc::config_invalid,
              fmt::format("cannot listen on descriptor {}: {}", descriptor.number(), why));
}

bool listens(const Descriptor& descriptor) {
  int type = 0;
  int accepts = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(descriptor.number(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
         ::getsockopt(descriptor.number(), SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 &&
         type == SOCK_STREAM && accepts == 1;
}

}  // namespace

Result<Tcp::endpoint> listening_at(const Descriptor& descriptor) {
  Tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(descriptor.number(), endpoint.data(), &size) != 0) {
    return refused(descriptor, std::strerror(errno));
  }
  const int family = endpoint.data()->sa_family;
  if ((family != AF_INET && family != AF_INET6) || !listens(descriptor)) {
    return refused(descriptor, "not a listening TCP socket");
  }
  endpoint.resize(size);
  return endpoint;
}

Result<Acceptor> adopt_listener(Executor executor, const Descriptor& descriptor) {
  const auto endpoint = listening_at(descriptor);
  if (!endpoint) return std::unexpected(endpoint.error());
  Descriptor copy(::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, 0));
  Acceptor acceptor(executor);
  boost::system::error_code error;
  if (!copy || acceptor.assign(endpoint->protocol(), copy.number(), error)) {
    return refused(descriptor, error ? error.message() : std::strerror(errno));
  }
  [[maybe_unused]] const int now_the_acceptors = copy.release();
  acceptor.non_blocking(true, error);
  return acceptor;
}

void close_listener(Acceptor& acceptor) {
  if (!acceptor.is_open()) return;
  boost::system::error_code error;
  const Descriptor closing(acceptor.release(error));
}

}  // namespace weir::net
