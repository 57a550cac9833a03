#include "net/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "base/check.hpp"
#include "net/send.hpp"

namespace weir::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

TlsSession::Wire& wire_of(BIO* bio) { return *static_cast<TlsSession::Wire*>(::BIO_get_data(bio)); }

bool again() { return errno == EAGAIN || errno == EINTR; }

int read_wire(BIO* bio, char* room, int size) {
  TlsSession::Wire& wire = wire_of(bio);
  ::BIO_clear_retry_flags(bio);
  const auto received = ::recv(wire.socket, room, static_cast<std::size_t>(size), 0);
  wire.drained = received < size;
  wire.ended = received == 0;
  if (received < 0 && again()) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

int write_wire(BIO* bio, const char* bytes, int size) {
  ::BIO_clear_retry_flags(bio);
  const auto sent =
      ::send(wire_of(bio).socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  wire_of(bio).has_sent = wire_of(bio).has_sent || sent > 0;
  // OpenSSL takes a failure for the end of the session, but the peer may have answered before it
  // closed. `write_some` reports the failure.
  if (sent < 0 && !again()) wire_of(bio).write_failed = true;
  if (sent < 0) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long control_wire(BIO* bio, int command, long /*number*/, void* /*data*/) {
  if (command == BIO_CTRL_EOF) return wire_of(bio).ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// Replaces OpenSSL's socket BIO, which does not show whether a read emptied the socket.
const BIO_METHOD* wire_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    CHECK(made != nullptr);
    ::BIO_meth_set_read(made, read_wire);
    ::BIO_meth_set_write(made, write_wire);
    ::BIO_meth_set_ctrl(made, control_wire);
    return made;
  }();
  return method;
}

using Pieces = std::span<const asio::const_buffer>;

// The payload of the next record. A large piece is used in place; small ones are copied together,
// since each record costs 22 bytes and a system call. The same pieces yield the same bytes, which a
// repeated write relies on.
std::span<const char> next_record(Pieces pieces) {
  thread_local std::array<char, kRecordBytes> room;
  while (!pieces.empty() && pieces.front().size() == 0) pieces = pieces.subspan(1);
  if (pieces.empty()) return {};
  const auto first = pieces.front();
  if (first.size() >= kRecordBytes || pieces.size() == 1) {
    return {static_cast<const char*>(first.data()), std::min(first.size(), kRecordBytes)};
  }
  return {room.data(), asio::buffer_copy(asio::buffer(room), pieces)};
}

}  // namespace

TlsSession::TlsSession(std::shared_ptr<const void> context, SSL_CTX* native, int socket)
    : context_(std::move(context)), wire_{.socket = socket}, ssl_(::SSL_new(native)) {
  CHECK(ssl_ != nullptr);
  BIO* bio = ::BIO_new(wire_method());
  CHECK(bio != nullptr);
  ::BIO_set_data(bio, &wire_);
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl_, bio, bio);
}

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, int socket)
    : TlsSession(context, context->native(), socket) {
  ::SSL_set_accept_state(ssl_);
}

TlsSession::TlsSession(std::shared_ptr<const TlsClientContext> context, const std::string& host,
                       int socket)
    : TlsSession(context, context->native(), socket) {
  CHECK(!host.empty());  // would switch the check of the name off
  ::SSL_set_connect_state(ssl_);
  // RFC 6066 §3: an address is not a server name.
  if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl_), host.c_str()) == 1) return;
  ::ERR_clear_error();
  static_cast<void>(SSL_set_tlsext_host_name(ssl_, host.c_str()));  // not if it is too long
  CHECK(::SSL_set1_host(ssl_, host.c_str()) == 1);
}

TlsSession::~TlsSession() { ::SSL_free(ssl_); }

// OpenSSL's error queue belongs to the thread and must be empty before each call.
TlsSession::State TlsSession::state_of(int result) {
  switch (::SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return State::done;
    case SSL_ERROR_WANT_READ:
      return State::wants_read;
    case SSL_ERROR_WANT_WRITE:
      // A read that has to send something first, such as a new key, cannot go on either.
      return wire_.write_failed ? State::failed : State::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return State::closed;
    default:
      break;
  }
  broken_ = true;
  const char* reason = ::ERR_reason_error_string(::ERR_peek_error());
  problem_ = reason != nullptr ? reason
             : errno != 0      ? std::strerror(errno)
                               : "the peer closed the connection";
  ::ERR_clear_error();
  return State::failed;
}

TlsSession::State TlsSession::handshake() {
  ::ERR_clear_error();
  errno = 0;
  const auto state = state_of(::SSL_do_handshake(ssl_));
  if (state == State::failed && wire_.write_failed) problem_ = "the peer has gone";
  return state;
}

bool TlsSession::has_ended() const {
  return broken_ || (::SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

TlsSession::Moved TlsSession::read_some(std::span<char> room) {
  if (broken_) return {State::failed};
  wire_.drained = false;
  Moved moved{State::done};
  do {
    ::ERR_clear_error();
    errno = 0;
    std::size_t size = 0;
    const auto rest = room.subspan(moved.size);
    const auto state = state_of(::SSL_read_ex(ssl_, rest.data(), rest.size(), &size));
    moved.size += size;
    if (state == State::done) continue;
    // The condition that ended the read occurs again with the next call.
    if (moved.size == 0) moved.state = state;
    return moved;
  } while (moved.size < room.size() && ::SSL_has_pending(ssl_) == 1);
  return moved;
}

TlsSession::State TlsSession::peek() {
  if (broken_) return State::failed;
  wire_.drained = false;
  ::ERR_clear_error();
  errno = 0;
  char first = 0;
  std::size_t size = 0;
  return state_of(::SSL_peek_ex(ssl_, &first, 1, &size));
}

TlsSession::Moved TlsSession::write_some(Pieces pieces) {
  if (broken_ || wire_.write_failed) return {State::failed};
  std::array<asio::const_buffer, 8> left;
  CHECK(pieces.size() <= left.size());
  std::ranges::copy(pieces, left.begin());
  Moved moved{State::done};
  for (;;) {
    const auto record = next_record(Pieces(left).first(pieces.size()));
    if (record.empty() || moved.size >= kSendBytes) return moved;
    ::ERR_clear_error();
    errno = 0;
    std::size_t size = 0;
    const auto state = state_of(::SSL_write_ex(ssl_, record.data(), record.size(), &size));
    if (state != State::done) {
      if (moved.size == 0) moved.state = state;
      return moved;
    }
    moved.size += size;
    for (auto& piece : left) {
      const auto part = std::min(size, piece.size());
      piece += part;
      size -= part;
    }
  }
}

void TlsSession::say_closed() {
  if (broken_ || wire_.write_failed || wire_.socket < 0 || ::SSL_is_init_finished(ssl_) != 1)
    return;
  if ((::SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0) return;
  ::ERR_clear_error();
  if (::SSL_shutdown(ssl_) < 0) ::ERR_clear_error();
}

}  // namespace weir::net
