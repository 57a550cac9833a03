#include "net/local_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "base/clock.hpp"

namespace weir::net {
namespace {

constexpr int kBacklog = 4;

std::unexpected<Error> failed(std::string_view step, const std::string& path) {
  return fail(Errc::config_invalid,
              fmt::format("cannot {} {}: {}", step, path, std::strerror(errno)));
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(Errc::config_invalid,
                fmt::format("the path of a socket must have at most {} characters: {}",
                            sizeof address.sun_path - 1, path));
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor make_socket() {
  return Descriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::uint64_t inode_of(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 ? about.st_ino : 0;
}

// Buffer for the descriptors of one packet, with the kernel's alignment.
struct Control {
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int) * kMaxPassedDescriptors)> bytes{};
};

// Does not close the descriptor, which belongs to another object.
struct Watched : boost::asio::posix::basic_stream_descriptor<Executor> {
  using basic_stream_descriptor::basic_stream_descriptor;
  ~Watched() { release(); }
};

std::vector<Descriptor> take_descriptors(msghdr& message) {
  std::vector<Descriptor> taken;
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof number);
      taken.emplace_back(number);
    }
  }
  return taken;
}

}  // namespace

Result<LocalSocket> LocalSocket::connect(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  auto descriptor = make_socket();
  if (!descriptor) return failed("open a socket for", path);
  if (::connect(descriptor.number(), generic(*address), sizeof *address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) {
      return fail(Errc::not_found, "no server listens at " + path);
    }
    return failed("connect to", path);
  }
  return LocalSocket(std::move(descriptor));
}

Result<> LocalSocket::send(std::string_view text, std::span<const int> descriptors) const {
  std::string copy(text);
  iovec bytes{copy.data(), copy.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  Control control;
  if (!descriptors.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    auto* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
  }
  if (::sendmsg(descriptor_.number(), &message, MSG_NOSIGNAL) < 0) {
    return fail(Errc::connection_lost, std::strerror(errno));
  }
  return {};
}

Result<std::optional<Packet>> LocalSocket::try_receive() const {
  std::array<char, kMaxPacketBytes> room{};
  iovec bytes{room.data(), room.size()};
  Control control;
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const auto size = ::recvmsg(descriptor_.number(), &message, MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::optional<Packet>();
  if (size < 0) return fail(Errc::connection_lost, std::strerror(errno));
  Packet packet{std::string(room.data(), static_cast<std::size_t>(size)),
                take_descriptors(message)};
  if (size == 0) return fail(Errc::connection_lost, "the other server closed the connection");
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return fail(Errc::connection_lost, "a packet was truncated");
  }
  return packet;
}

Result<Packet> LocalSocket::receive_within(std::chrono::milliseconds time) const {
  const auto deadline = monotonic_now() + time;
  for (;;) {
    auto packet = try_receive();
    if (!packet) return std::unexpected(std::move(packet.error()));
    if (*packet) return std::move(**packet);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - monotonic_now());
    if (left.count() <= 0) {
      return fail(Errc::deadline_exceeded, fmt::format("no answer within {} ms", time.count()));
    }
    pollfd asked{descriptor_.number(), POLLIN, 0};
    ::poll(&asked, 1, static_cast<int>(left.count()));  // a signal may end the wait: the loop then
                                                        // repeats it
  }
}

void LocalSocket::hang_up() const { ::shutdown(descriptor_.number(), SHUT_RDWR); }

Peer LocalSocket::peer() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor_.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return {.pid = 0, .uid = static_cast<std::uint32_t>(-1)};
  }
  return {.pid = peer.pid, .uid = peer.uid};
}

LocalListener::LocalListener(Descriptor descriptor, std::string path)
    : descriptor_(std::move(descriptor)), path_(std::move(path)), inode_(inode_of(path_)) {}

LocalListener::~LocalListener() {
  if (descriptor_ && inode_of(path_) == inode_) ::unlink(path_.c_str());
}

// Binds a temporary path and renames it, so that a client always finds either the old listener or
// this one.
Result<LocalListener> LocalListener::open(const std::string& path) {
  const auto fresh = fmt::format("{}.{}", path, ::getpid());
  const auto address = address_of(fresh);
  if (!address) return std::unexpected(address.error());
  auto descriptor = make_socket();
  if (!descriptor) return failed("open a socket for", path);
  ::unlink(fresh.c_str());
  if (::bind(descriptor.number(), generic(*address), sizeof *address) != 0) {
    return failed("listen at", path);
  }
  if (::chmod(fresh.c_str(), S_IRUSR | S_IWUSR) != 0 ||
      ::listen(descriptor.number(), kBacklog) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) {
    auto error = failed("listen at", path);
    ::unlink(fresh.c_str());
    return error;
  }
  return LocalListener(std::move(descriptor), path);
}

Task<> LocalListener::readable() const {
  Watched watched(co_await boost::asio::this_coro::executor, descriptor_.number());
  co_await watched.async_wait(Watched::wait_read, use_task);
}

std::optional<LocalSocket> LocalListener::try_accept() const {
  Descriptor accepted(
      ::accept4(descriptor_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!accepted) return std::nullopt;
  return LocalSocket(std::move(accepted));
}

}  // namespace weir::net
