/// The server's end of TLS on one socket: never waits, but says what to wait for.
///
/// OpenSSL works on the descriptor itself. Between records it holds no buffers, so an idle
/// connection costs a few KiB and not the 34 that a pair of buffers would.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <boost/asio/buffer.hpp>
#include <openssl/types.h>

#include "net/tls_context.hpp"

namespace weir::net {

/// Threads:  one. Lifetime: `socket` is open until `forget_socket`; it is not closed here.
class TlsSession {
 public:
  enum class State : std::uint8_t {
    done,         ///< as asked; of reading and writing, `size` bytes
    wants_read,   ///< again when the socket can be read
    wants_write,  ///< again when the socket can be written
    closed,       ///< the peer has said that nothing more comes
    failed,       ///< the peer has gone without a word, or broken the protocol
  };
  struct Moved {
    State state;
    std::size_t size = 0;
  };

  TlsSession(std::shared_ptr<const TlsContext> context, int socket);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  /// To be called until it is done or has failed, before anything else.
  [[nodiscard]] State handshake();
  /// Whether anything was sent: of a handshake, that the ClientHello was whole.
  [[nodiscard]] bool has_sent() const { return wire_.has_sent; }
  /// Why it failed, for the log.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// Reads until `room` is full or nothing is left; wants_* only with nothing read.
  [[nodiscard]] Moved read_some(std::span<char> room);
  /// Whether there is something to read, which stays there.
  [[nodiscard]] State peek();
  /// Whether the last read or peek found the socket empty: what comes next is an event. Until then
  /// reading must go on, also after wants_read. One that needed nothing of the socket, since
  /// OpenSSL had it, did not look.
  [[nodiscard]] bool drained() const { return wire_.drained; }

  /// Writes what the socket takes; wants_* only with nothing written. What it did not take must be
  /// offered again, at the start of what is written next.
  [[nodiscard]] Moved write_some(std::span<const boost::asio::const_buffer> pieces);
  /// Tells the peer that nothing more comes, so that he knows that nothing is missing. Not
  /// repeated when the socket does not take it.
  void say_closed();

  /// The socket closes: its number may soon be another's. Everything fails from now on.
  void forget_socket() { wire_.socket = -1; }

  /// What OpenSSL reads from and writes to.
  struct Wire {
    int socket;
    bool drained = false;
    bool ended = false;
    bool has_sent = false;
  };

 private:
  [[nodiscard]] State state_of(int result);

  std::shared_ptr<const TlsContext> context_;
  Wire wire_;
  SSL* ssl_;
  std::string problem_;
  bool broken_ = false;  ///< OpenSSL wants nothing more to be asked of it
};

}  // namespace weir::net
