#include "net/send.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/check.hpp"

namespace weir::net {
namespace {

constexpr std::size_t kMaxPieces = 8;
// Pieces up to this size are copied together: one buffer costs the kernel less than several.
constexpr std::size_t kJoinedBytes = 4096;
constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;

ssize_t send_joined(int socket, std::span<const boost::asio::const_buffer> pieces) {
  std::array<char, kJoinedBytes> joined;  // NOLINT: filled as far as it is sent
  std::size_t size = 0;
  for (const auto& piece : pieces) {
    if (piece.size() == 0) continue;
    std::memcpy(joined.data() + size, piece.data(), piece.size());
    size += piece.size();
  }
  return ::send(socket, joined.data(), size, kFlags);
}

ssize_t send_pieces(int socket, std::span<const boost::asio::const_buffer> pieces) {
  std::array<iovec, kMaxPieces> parts;  // NOLINT: as above
  msghdr message{};
  message.msg_iov = parts.data();
  std::size_t room = kSendBytes;
  for (const auto& piece : pieces) {
    const auto size = std::min(piece.size(), room);
    if (size == 0) continue;
    parts[message.msg_iovlen++] = {const_cast<void*>(piece.data()), size};
    room -= size;
  }
  return ::sendmsg(socket, &message, kFlags);
}

}  // namespace

std::optional<std::size_t> send_some(Socket& socket,
                                     std::span<const boost::asio::const_buffer> pieces) {
  CHECK(pieces.size() <= kMaxPieces);
  const auto total = boost::asio::buffer_size(pieces);
  if (total == 0) return 0;
  const bool small = total <= kJoinedBytes;
  for (;;) {
    const auto size = small ? send_joined(socket.native_handle(), pieces)
                            : send_pieces(socket.native_handle(), pieces);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) return std::nullopt;
  }
}

}  // namespace weir::net
