/// One end of TLS on a socket. It never waits, but returns what to wait for.
///
/// OpenSSL works on the descriptor itself. It holds no buffers between records, so an idle
/// connection costs a few KiB instead of the 34 of a pair of buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <boost/asio/buffer.hpp>
#include <openssl/types.h>

#include "net/tls_client_context.hpp"
#include "net/tls_context.hpp"

namespace weir::net {

/// Threads:  one. Lifetime: `socket` is open until `forget_socket`; it is not closed here.
class TlsSession {
 public:
  enum class State : std::uint8_t {
    done,         ///< complete; for reads and writes, `size` bytes
    wants_read,   ///< repeat when the socket is readable
    wants_write,  ///< repeat when the socket is writable
    closed,       ///< the peer has sent close_notify
    failed,       ///< the peer closed without close_notify, or broke the protocol
  };
  struct Moved {
    State state;
    std::size_t size = 0;
  };

  /// The server's end.
  TlsSession(std::shared_ptr<const TlsContext> context, int socket);
  /// The client's end. The handshake fails unless the server's certificate is valid for `host`, a
  /// name or an address.
  TlsSession(std::shared_ptr<const TlsClientContext> context, const std::string& host, int socket);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  /// Call until it is done or has failed, before anything else.
  [[nodiscard]] State handshake();
  /// True if anything was sent: during a handshake, the ClientHello was complete.
  [[nodiscard]] bool has_sent() const { return wire_.has_sent; }
  /// Why it failed, for the log.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// Reads until `room` is full or nothing is left. Returns wants_* only if nothing was read.
  [[nodiscard]] Moved read_some(std::span<char> room);
  /// Tests for something to read without consuming it.
  [[nodiscard]] State peek();
  /// True if the last read or peek emptied the socket, so that the next bytes raise an event.
  /// Otherwise reading must go on, also after wants_read. A read served from OpenSSL's buffer did
  /// not look at the socket.
  [[nodiscard]] bool drained() const { return wire_.drained; }
  /// True if the next read returns closed or failed: the end arrived, perhaps behind bytes.
  [[nodiscard]] bool has_ended() const;

  /// Writes what the socket takes, at most kSendBytes. Returns wants_* only if nothing was written.
  /// The remainder must be offered again, at the start of the next write. After a failure, what the
  /// peer sent before can still be read.
  [[nodiscard]] Moved write_some(std::span<const boost::asio::const_buffer> pieces);
  /// Sends close_notify, so that the peer can detect truncation. Not repeated if the socket does
  /// not take it.
  void say_closed();

  /// Call when the socket closes, since its number may be reused. Every call fails from then on.
  void forget_socket() { wire_.socket = -1; }

  /// The transport that OpenSSL reads from and writes to.
  struct Wire {
    int socket;
    bool drained = false;
    bool ended = false;
    bool has_sent = false;
    bool write_failed = false;
  };

 private:
  TlsSession(std::shared_ptr<const void> context, SSL_CTX* native, int socket);
  [[nodiscard]] State state_of(int result);

  std::shared_ptr<const void> context_;
  Wire wire_;
  SSL* ssl_;
  std::string problem_;
  bool broken_ = false;  ///< OpenSSL must not be called any more
};

}  // namespace weir::net
