// TLS half of ClientStream.
#include "http/client_stream.hpp"

namespace weir::http {

using State = net::TlsSession::State;

// The socket may hold more although this read returned nothing, after a key update for example. A
// peer that sends nothing else must not hold the thread: other connections go first.
Result<std::string_view> ClientStream::read_tls(std::span<char> room) {
  const auto [state, size] = tls_->read_some(room);
  if (state == State::closed || state == State::failed) {
    client_is_gone();
    return fail(Errc::connection_lost);
  }
  readiness_.count(size);
  if (tls_->drained() && size < room.size()) {
    readiness_.drained();
    recheck_.arm_for_next_sweep();
  } else if (size == 0) {
    readiness_.drained();
    readiness_.notify();
  }
  return std::string_view(room.data(), size);
}

net::Waiting ClientStream::look() {
  if (!tls_) return net::peek(socket_);
  switch (tls_->peek()) {
    case State::done:
      return net::Waiting::bytes;
    case State::wants_read:
    case State::wants_write:
      if (!tls_->drained()) readiness_.notify();
      return net::Waiting::nothing;
    case State::closed:
    case State::failed:
      return net::Waiting::end;
  }
  __builtin_unreachable();
}

ClientStream::Sent ClientStream::write_tls(const Unsent<kBuffers>::Buffers& buffers) {
  const auto [state, size] = tls_->write_some(buffers);
  if (state == State::closed || state == State::failed) return Sent::failed;
  write_wants_read_ = state == State::wants_read;
  exchange_->answer.unsent.set(buffers, size);
  return exchange_->answer.unsent.empty() ? Sent::whole : Sent::partial;
}

std::optional<std::size_t> ClientStream::write_tls_rest() {
  const auto [state, size] = tls_->write_some(exchange_->answer.unsent.next());
  if (state == State::closed || state == State::failed) return std::nullopt;
  write_wants_read_ = state == State::wants_read;
  return size;
}

}  // namespace weir::http
