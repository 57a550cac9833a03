#include "http/handshakes.hpp"

#include <algorithm>
#include <sys/socket.h>

#include "base/scoped_count.hpp"
#include "telemetry/log.hpp"

namespace weir::http {
namespace {

using State = net::TlsSession::State;

// Younger ones may be waiting for us and not for their client.
constexpr std::chrono::seconds kLeftInPeace{1};
constexpr char kHandshakeRecord = 0x16;  // RFC 8446 §5.1

// The first byte, which stays where it is.
std::optional<char> first_byte(net::Socket& socket) {
  char first = 0;
  const auto size = ::recv(socket.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  return size == 1 ? std::optional(first) : std::nullopt;
}

}  // namespace

void Handshakes::One::end(Ended how) {
  if (ended == Ended::no) ended = how;
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

bool Handshakes::make_room() {
  if (counts_.under_way.load(std::memory_order_relaxed) < settings_.max_handshakes) return true;
  const auto oldest = std::ranges::find(under_way_, Ended::no, &One::ended);
  if (oldest == under_way_.end() || monotonic_now() - oldest->began < kLeftInPeace) return false;
  oldest->end(Ended::refused);
  return true;
}

net::Task<Handshaken> Handshakes::shake(net::Socket& socket) {
  if (!make_room()) {
    counts_.refused->Increment();
    co_return Handshaken();
  }
  const ScopedCount counted(counts_.under_way);
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(net::Tcp::no_delay(true), ignored);
  const auto place = under_way_.emplace(under_way_.end(), sweeper_, socket);
  place->arm(place->began + settings_.handshake_timeout);
  auto running = run(*place);
  auto made = co_await std::move(running);
  count(*place, made);
  under_way_.erase(place);
  co_return made;
}

net::Task<Handshaken> Handshakes::run(One& one) {
  Handshaken made;
  if (!co_await wait(one, net::Socket::wait_read)) co_return made;
  const auto first = first_byte(one.socket);
  if (first != kHandshakeRecord) {
    made.plain_http = first && *first >= 'A' && *first <= 'Z';
    co_return made;
  }
  auto session = std::make_unique<net::TlsSession>(contexts_.load(), one.socket.native_handle());
  for (;;) {
    const auto state = session->handshake();
    if (state == State::done) break;
    if (state != State::wants_read && state != State::wants_write) {
      telemetry::log_debug("a TLS handshake failed", {{"what", session->problem()}});
      co_return made;
    }
    const auto what = state == State::wants_read ? net::Socket::wait_read : net::Socket::wait_write;
    if (!co_await wait(one, what)) co_return made;
  }
  made.session = std::move(session);
  co_return made;
}

net::Task<bool> Handshakes::wait(One& one, net::Socket::wait_type what) {
  const auto [error] = co_await one.socket.async_wait(what, net::use_task);
  co_return !error && one.ended == Ended::no;
}

void Handshakes::count(const One& one, const Handshaken& made) {
  if (made.session) {
    counts_.completed->Increment();
  } else if (one.ended == Ended::aborted) {
    return;  // the server stops
  } else if (one.ended == Ended::timed_out) {
    counts_.timed_out->Increment();
  } else if (one.ended == Ended::refused) {
    counts_.refused->Increment();
  } else if (made.plain_http) {
    counts_.not_tls->Increment();
  } else {
    counts_.failed->Increment();
  }
}

void Handshakes::abort() {
  for (One& one : under_way_) one.end(Ended::aborted);
}

}  // namespace weir::http
