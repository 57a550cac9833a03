/// A connected socket, plain or with TLS, that reads and writes what is possible at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <boost/asio/buffer.hpp>

#include "net/readiness.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"
#include "net/tls_session.hpp"

namespace weir::net {

/// Threads:      the socket's.
/// Lifetime:     as Readiness: close, and wait until it is not armed, before destruction.
/// Cancellation: closing or cancelling the socket ends a wait.
class Stream {
 public:
  enum class End : std::uint8_t {
    none,
    orderly,  ///< the peer sends no more: a FIN, with TLS after close_notify
    broken,   ///< reset, or TLS that was cut off or is not TLS
  };
  /// Both empty: nothing has arrived.
  struct Read {
    std::string_view bytes = {};  ///< in the room that was given
    End end = End::none;
  };

  /// `tls`: a session after its handshake; null: plain.
  explicit Stream(Socket socket, std::unique_ptr<TlsSession> tls = nullptr)
      : socket_(std::move(socket)), readiness_(socket_), tls_(std::move(tls)) {}

  [[nodiscard]] Socket& socket() { return socket_; }
  [[nodiscard]] Readiness& readiness() { return readiness_; }
  [[nodiscard]] const Readiness& readiness() const { return readiness_; }
  [[nodiscard]] bool has_tls() const { return tls_ != nullptr; }

  /// Makes the socket non-blocking, without Nagle's delay, and reports what arrives from now on.
  /// REQUIRES: connected; not armed.
  void start();
  /// As start, with another socket. REQUIRES: not started.
  void start(Socket socket);
  /// Performs the client's side of a handshake over the socket, which has started. Returns why it
  /// failed, or an empty text.
  [[nodiscard]] Task<std::string> shake_hands(std::unique_ptr<TlsSession> tls);

  /// Reads what has arrived, up to the size of `room`. `readiness` tells whether there may be more.
  [[nodiscard]] Read read_some(std::span<char> room);
  /// Tests for bytes or the end without consuming anything.
  [[nodiscard]] Waiting peek();
  /// True if the peer has closed its sending side; unread bytes may be left.
  [[nodiscard]] bool peer_has_closed() { return net::peer_has_closed(socket_); }

  /// Writes what the kernel takes of `pieces` at once, at most kSendBytes. Returns the number of
  /// bytes, or nothing if the connection is lost. With TLS, bytes that were not taken must be
  /// offered again, at the start of the next write.
  [[nodiscard]] std::optional<std::size_t> write_some(
      std::span<const boost::asio::const_buffer> pieces);
  /// Waits until a write may succeed again. False: the socket was closed or cancelled.
  [[nodiscard]] Task<bool> writable();

  /// Tells the peer that no more is sent, so that it can detect truncation. Plain: nothing.
  void say_closed() {
    if (tls_) tls_->say_closed();
  }
  void close();

 private:
  [[nodiscard]] Read read_plain(std::span<char> room);
  [[nodiscard]] Read read_tls(std::span<char> room);

  Socket socket_;
  Readiness readiness_;
  std::unique_ptr<TlsSession> tls_;
  bool write_wants_read_ = false;  ///< TLS: the socket must be read before it can be written
};

}  // namespace weir::net
