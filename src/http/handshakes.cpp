#include "http/handshakes.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <vector>

#include "net/readiness.hpp"
#include "telemetry/log.hpp"

namespace weir::http {
namespace {

using State = net::TlsSession::State;

// Time for a client in a distant network; a full server gives up slower ones.
constexpr std::chrono::milliseconds kClientsTime{250};
constexpr int kLooks = 8;
constexpr char kHandshakeRecord = 0x16;  // RFC 8446 §5.1
constexpr std::size_t kRecordHead = 5;
constexpr std::size_t kLongestRecord = 1 << 14;

// The start of the first record, peeked at in the socket.
struct Start {
  std::size_t wanted = 1;  ///< bytes until the first record is complete, as far as known
  std::size_t here = 0;
  char first = 0;
};

// Bytes that are not a record count as a complete one: OpenSSL will report them.
Start look_at(net::Socket& socket) {
  std::array<unsigned char, kRecordHead> head{};
  const auto size =
      ::recv(socket.native_handle(), head.data(), head.size(), MSG_PEEK | MSG_DONTWAIT);
  if (size <= 0) return {};
  boost::system::error_code ignored;
  Start start{.wanted = kRecordHead,
              .here = socket.available(ignored),
              .first = static_cast<char>(head[0])};
  if (start.first != kHandshakeRecord) {
    start.wanted = 1;
  } else if (static_cast<std::size_t>(size) == kRecordHead) {
    const std::size_t length = std::size_t{head[3]} << 8U | head[4];
    if (length <= kLongestRecord) start.wanted += length;
  }
  return start;
}

// Raises no event until `bytes` bytes have arrived.
void set_low_water(net::Socket& socket, std::size_t bytes) {
  const int value = static_cast<int>(bytes);
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value);
}

}  // namespace

std::optional<std::size_t> choose_handshake(std::span<const HandshakeView> oldest_first) {
  const auto find = [&](auto yields) -> std::optional<std::size_t> {
    const auto found = std::ranges::find_if(oldest_first, yields);
    if (found == oldest_first.end()) return std::nullopt;
    return static_cast<std::size_t>(found - oldest_first.begin());
  };
  const auto unfinished = find([](const auto& one) { return !one.answered && !one.unread; });
  if (unfinished) return unfinished;
  return find([](const auto& one) { return !one.unread && one.age >= kClientsTime; });
}

void Handshakes::One::end(Ended how) {
  if (ended == Ended::no) ended = how;
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

bool Handshakes::One::has_unread() const {
  boost::system::error_code ignored;
  return socket.available(ignored) > 0;
}

// A partial record in the socket is not work in progress; a complete one is read soon.
bool Handshakes::One::yield() {
  if (ended != Ended::no) return false;  // its place becomes free anyway
  const auto start = look_at(socket);
  const bool is_whole = start.here >= start.wanted;
  if (is_whole || (stage() == Stage::silent && start.here > 0)) return false;
  end(Ended::yielded);
  return true;
}

void Handshakes::move(List::iterator place, List& list) {
  list.splice(list.end(), *place->in, place);
  place->in = &list;
  place->since = monotonic_now();
}

bool Handshakes::make_room() {
  if (hello_.size() + answered_.size() < most_) return true;
  std::vector<HandshakeView> views;
  std::vector<List::iterator> places;
  const auto now = monotonic_now();
  for (auto* list : {&hello_, &answered_}) {
    int looks = 0;
    for (auto place = list->begin(); place != list->end() && looks < kLooks; ++place, ++looks) {
      views.push_back({list == &answered_, place->has_unread(), now - place->since});
      places.push_back(place);
    }
  }
  const auto chosen = choose_handshake(views);
  if (!chosen) return false;
  const auto place = places[*chosen];
  place->end(Ended::refused);
  move(place, waiting_);
  return true;
}

net::Task<Handshaken> Handshakes::shake(net::Socket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(net::Tcp::no_delay(true), ignored);
  const auto place = waiting_.emplace(waiting_.end(), sweeper_, socket, waiting_);
  stages_.add(*place, Stage::silent);
  place->arm(place->since + settings_.handshake_timeout);
  auto running = run(place);
  auto made = co_await std::move(running);
  made.yielded = place->ended == Ended::yielded;
  count(*place, made);
  stages_.remove(*place);
  place->in->erase(place);
  co_return made;
}

net::Task<Handshaken> Handshakes::run(List::iterator place) {
  One& one = *place;
  Handshaken made;
  Start start;
  bool lowered = false;
  for (;;) {
    const auto wanted = start.wanted;
    if (!co_await wait(one, net::Socket::wait_read)) co_return made;
    start = look_at(one.socket);
    if (start.here == 0) co_return made;
    if (start.here >= start.wanted) break;
    if (start.here < wanted) {
      // The event came without a complete record: the client has closed, or the kernel can buffer
      // no more.
      if (net::peer_has_closed(one.socket)) co_return made;
      break;
    }
    if (!lowered) stages_.move(one, Stage::partial);
    lowered = true;
    set_low_water(one.socket, start.wanted);
  }
  if (start.first != kHandshakeRecord) {
    made.plain_http = start.first >= 'A' && start.first <= 'Z';
    co_return made;
  }
  if (lowered) set_low_water(one.socket, 1);
  stages_.move(one, Stage::busy);
  if (!make_room()) {
    one.ended = Ended::refused;
    co_return made;
  }
  move(place, hello_);
  auto session = std::make_unique<net::TlsSession>(contexts_.load(), one.socket.native_handle());
  for (;;) {
    const auto state = session->handshake();
    if (state == State::done) break;
    if (state != State::wants_read && state != State::wants_write) {
      telemetry::log_debug("a TLS handshake failed", {{"what", session->problem()}});
      co_return made;
    }
    if (one.in == &hello_ && session->has_sent()) move(place, answered_);
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
    return;  // the server is stopping
  } else if (one.ended == Ended::timed_out) {
    counts_.timed_out->Increment();
  } else if (one.ended == Ended::refused || one.ended == Ended::yielded) {
    counts_.refused->Increment();
  } else if (made.plain_http) {
    counts_.not_tls->Increment();
  } else {
    counts_.failed->Increment();
  }
}

void Handshakes::abort() {
  for (auto* list : {&waiting_, &hello_, &answered_}) {
    for (One& one : *list) one.end(Ended::aborted);
  }
}

}  // namespace weir::http
