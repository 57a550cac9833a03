#include "net/stream.hpp"

#include <utility>

#include "net/send.hpp"

namespace weir::net {
namespace {

using State = TlsSession::State;

bool is_end(State state) { return state == State::closed || state == State::failed; }

}  // namespace

void Stream::start() {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(Tcp::no_delay(true), ignored);
  readiness_.arm(true);  // bytes may have arrived before
}

void Stream::start(Socket socket) {
  socket_ = std::move(socket);
  start();
}

Task<std::string> Stream::shake_hands(std::unique_ptr<TlsSession> tls) {
  tls_ = std::move(tls);
  for (;;) {
    const auto state = tls_->handshake();
    if (state == State::done) co_return std::string();
    if (is_end(state)) co_return tls_->problem();
    const auto event = state == State::wants_read ? Socket::wait_read : Socket::wait_write;
    const auto [error] = co_await socket_.async_wait(event, use_task);
    if (error) co_return error.message();
  }
}

Stream::Read Stream::read_some(std::span<char> room) {
  return tls_ ? read_tls(room) : read_plain(room);
}

Stream::Read Stream::read_plain(std::span<char> room) {
  boost::system::error_code error;
  const auto size = socket_.read_some(boost::asio::buffer(room.data(), room.size()), error);
  if (error == boost::asio::error::eof) return {.end = End::orderly};
  if (error && error != boost::asio::error::would_block) return {.end = End::broken};
  readiness_.count(size);
  if (error || size < room.size()) readiness_.drained();
  return {std::string_view(room.data(), size)};
}

// The socket may hold more although this read returned nothing, after a key update for example. A
// peer that sends nothing else must not hold the thread: other connections go first.
Stream::Read Stream::read_tls(std::span<char> room) {
  const auto [state, size] = tls_->read_some(room);
  if (state == State::closed) return {.end = End::orderly};
  if (state == State::failed) return {.end = End::broken};
  readiness_.count(size);
  if (tls_->has_ended()) return {std::string_view(room.data(), size)};
  if (tls_->drained() && size < room.size()) {
    readiness_.drained();
  } else if (size == 0) {
    readiness_.drained();
    readiness_.notify();
  }
  return {std::string_view(room.data(), size)};
}

Waiting Stream::peek() {
  if (!tls_) return net::peek(socket_);
  const auto state = tls_->peek();
  if (state == State::done) return Waiting::bytes;
  if (is_end(state)) return Waiting::end;
  if (!tls_->drained()) readiness_.notify();
  return Waiting::nothing;
}

std::optional<std::size_t> Stream::write_some(std::span<const boost::asio::const_buffer> pieces) {
  if (!tls_) return send_some(socket_, pieces);
  const auto [state, size] = tls_->write_some(pieces);
  if (is_end(state)) return std::nullopt;
  write_wants_read_ = state == State::wants_read;
  return size;
}

Task<bool> Stream::writable() {
  const auto event = write_wants_read_ ? Socket::wait_read : Socket::wait_write;
  const auto [error] = co_await socket_.async_wait(event, use_task);
  co_return !error;
}

void Stream::close() {
  if (tls_) tls_->forget_socket();
  readiness_.close();
}

}  // namespace weir::net
