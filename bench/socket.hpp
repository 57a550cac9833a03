/// Socket calls that the programs here share.
///
/// Errors: a failed call ends the program with one line on standard error; a benchmark that cannot
///         open its sockets has nothing to report.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace weir::bench {

[[noreturn]] inline void die(const char* what) {
  std::fprintf(stderr, "bench: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

/// Passes a system call's result through, or ends the program.
inline int must(int result, const char* what) {
  if (result < 0) die(what);
  return result;
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline void set_option(int fd, int level, int option) {
  const int on = 1;
  must(setsockopt(fd, level, option, &on, sizeof on), "setsockopt");
}

inline void watch(int epoll, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

/// Limits the wait of blocking recv() and send() on `fd`; they fail with EAGAIN then.
inline void set_patience(int fd, int seconds) {
  timeval longest{};
  longest.tv_sec = seconds;
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    must(setsockopt(fd, SOL_SOCKET, option, &longest, sizeof longest), "setsockopt");
  }
}

/// A blocking connection without delayed sends.
inline int connect_to(std::uint16_t port) {
  const int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  const auto address = loopback(port);
  must(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

/// A non-blocking listener; several may share one port, and the kernel spreads connections.
inline int listen_on(std::uint16_t port) {
  const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  set_option(fd, SOL_SOCKET, SO_REUSEPORT);
  const auto address = loopback(port);
  must(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  must(listen(fd, 4096), "listen");
  return fd;
}

}  // namespace weir::bench
