#include "http/client_stream.hpp"

#include <algorithm>
#include <utility>

#include "net/scratch.hpp"

namespace weir::http {
namespace {

constexpr std::size_t kReadBytes = 16 << 10;  // for a head, and what arrives with it
constexpr std::chrono::seconds kRest{1};      // a connection silent for this long is idle
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr std::size_t kBodyTurnBytes = 1 << 20;
constexpr std::size_t kBodyPieceBytes = 256 << 10;  // bytes read and processed without a pause
constexpr std::size_t kRoomForEachByte = 64;        // capacity reserved per body byte received
constexpr std::size_t kMostRoom = 64 << 20;         // reserved at once; beyond it, capacity at most
                                                    // doubles
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

HeadLimits limits_of(const Settings& settings) {
  return {static_cast<std::size_t>(settings.max_request_line_bytes),
          static_cast<std::size_t>(settings.max_header_bytes),
          static_cast<std::size_t>(settings.max_header_fields),
          static_cast<std::size_t>(settings.max_chunk_overhead_bytes)};
}

// A transfer may pause but not crawl: its deadline grows only with the bytes moved since `began`.
MonotonicTime earned_deadline(MonotonicTime now, MonotonicTime began, std::uint64_t bytes,
                              std::int64_t bytes_per_second, MonotonicClock::duration pause) {
  // For a large and slow transfer this may be more than the clock can represent.
  const std::chrono::duration<double> earned(static_cast<double>(bytes) /
                                             static_cast<double>(bytes_per_second));
  if (earned >= now - began) return now + pause;
  return began + std::chrono::duration_cast<MonotonicClock::duration>(earned) + pause;
}

}  // namespace

ClientStream::ExchangeState::ExchangeState(const Settings& settings)
    : request(limits_of(settings), static_cast<std::uint64_t>(settings.max_body_bytes)) {}

void ClientStream::ExchangeState::next() {
  request.next();
  reset_answer();
}

void ClientStream::ExchangeState::reset() {
  request.reset();
  reset_answer();
}

void ClientStream::ExchangeState::reset_answer() {
  answer.reset();
  awaited.give_up();
  body_stopped = false;
}

ClientStream::ClientStream(net::Socket socket, std::unique_ptr<net::TlsSession> tls,
                           const Settings& settings, net::DeadlineSweeper& sweeper,
                           ExchangeStates& states, IdleObserver& observer)
    : stream_(std::move(socket), std::move(tls)),
      timeout_(sweeper, stream_.socket()),
      recheck_(sweeper, *this),
      settings_(settings),
      sweeper_(sweeper),
      states_(states),
      idle_observer_(observer) {
  stream_.readiness().watch(this);
  stream_.start();
}

void ClientStream::Timeout::on_expired() {
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

// ---- receiving

// Between two requests of a busy client, nobody needs to learn at once that it has left. Sweeping
// soon after the first request releases the state of clients that ask once; kept for thousands of
// them, it would fragment the heap.
void ClientStream::next_request() {
  unwatch();
  if (exchange_->request.has_surplus()) return exchange_->next();
  exchange_.reset();
  if (was_idle_) {
    recheck_.arm(monotonic_now() + kRest);
  } else {
    recheck_.arm_for_next_sweep();
  }
}

Result<std::string_view> ClientStream::read_some(std::span<char> room) {
  const auto read = stream_.read_some(room);
  if (read.end != net::Stream::End::none) {
    client_is_gone();
    return fail(Errc::connection_lost);
  }
  if (!stream_.readiness().ready()) recheck_.arm_for_next_sweep();
  return read.bytes;
}

Result<> ClientStream::take_read() {
  // A sweep may run after the bytes arrived but before the event.
  if (timeout_.expired()) return why_nothing_came();
  const auto read = read_some(net::scratch().first(kReadBytes));
  if (!read) return std::unexpected(read.error());
  if (!exchange_ && !read->empty()) exchange_ = states_.lend(settings_);
  if (exchange_) exchange_->request.receive(*read);
  return {};
}

std::unexpected<Error> ClientStream::why_nothing_came() const {
  return fail(timeout_.expired() ? Errc::request_timeout : Errc::connection_lost);
}

// ---- the request's body

Result<std::string_view> ClientStream::onto(std::string* body, Result<std::string_view> piece) {
  if (piece && body != nullptr) *body += *piece;
  return piece;
}

// Reserves the announced size once a small part has arrived: until the rest is written it is
// address space and not memory, and growing step by step would copy the body again and again.
Result<std::string_view> ClientStream::read_onto(std::string& body, std::uint64_t left) {
  const auto before = body.size();
  const auto at_once = std::clamp(body.capacity() - before, net::kScratchBytes, kBodyPieceBytes);
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(left, at_once));
  if (room > body.capacity() - before) {
    const auto ahead = std::max({room, before, std::min(kRoomForEachByte * before, kMostRoom)});
    body.reserve(before + static_cast<std::size_t>(std::min<std::uint64_t>(left, ahead)));
  }
  Result<std::string_view> read;
  body.resize_and_overwrite(before + room, [&](char* bytes, std::size_t) {
    read = read_some({bytes + before, room});
    return before + (read ? read->size() : 0);
  });
  return read;
}

// If the length is known, nothing is read beyond it.
Result<std::string_view> ClientStream::read_piece(std::string* body) {
  auto& request = exchange_->request;
  const auto left = request.body_left();
  const bool in_place = left && body != nullptr;
  const auto room = std::min<std::uint64_t>(left.value_or(net::kScratchBytes), net::kScratchBytes);
  const auto read = in_place ? read_onto(*body, *left) : read_some(net::scratch().first(room));
  if (!read || read->empty()) return read;
  return in_place ? request.unframe(*read) : onto(body, request.unframe(*read));
}

MonotonicTime ClientStream::body_deadline(MonotonicTime now) const {
  return earned_deadline(now, exchange_->body_started, exchange_->request.body_taken(),
                         settings_.min_body_bytes_per_second, settings_.request_body_timeout);
}

net::Task<Result<std::string_view>> ClientStream::read_body(std::string* body) {
  auto& request = exchange_->request;
  if (request.body_done() || exchange_->body_stopped) co_return std::string_view{};
  if (request.body_taken() == 0) {
    exchange_->body_started = monotonic_now();
    if (auto fits = request.check_announced(); !fits) co_return std::unexpected(fits.error());
  }
  auto early = onto(body, request.take_received());
  if (!early || !early->empty() || request.body_done()) co_return early;
  if (request.take_expectation()) {
    auto writing = write_continue();
    const bool written = co_await std::move(writing);
    if (!written) co_return fail(Errc::connection_lost);
    if (exchange_->body_stopped) co_return std::string_view{};
  }
  auto& readiness = stream_.readiness();
  for (;;) {
    if (readiness.must_wait(kBodyTurnBytes)) {
      timeout_.arm(body_deadline(monotonic_now()));
      co_await readiness.wait();
      timeout_.disarm();
      if (exchange_->body_stopped) co_return std::string_view{};
      if (timeout_.expired() || !socket().is_open()) co_return why_nothing_came();
    }
    auto piece = read_piece(body);
    if (!piece || !piece->empty() || request.body_done()) co_return piece;
  }
}

net::Task<Result<std::string>> ClientStream::whole_body() {
  std::string body;
  while (!body_done() && !exchange_->body_stopped) {
    const auto piece = co_await append_body(body);
    if (!piece) co_return std::unexpected(piece.error());
  }
  co_return body;
}

net::Task<bool> ClientStream::write_continue() {
  Unsent<1> rest;
  const Unsent<1>::Buffers all{boost::asio::buffer(kContinue)};
  auto size = stream_.write_some(all);
  if (!size) co_return false;
  rest.set(all, *size);
  timeout_.arm(monotonic_now() + settings_.write_stall_timeout);
  while (size && !rest.empty()) {
    const bool writable = co_await stream_.writable();
    size = writable ? stream_.write_some(rest.next()) : std::nullopt;
    if (size) rest.drop(*size);
  }
  timeout_.disarm();
  co_return size.has_value();
}

void ClientStream::stop_body() {
  exchange_->body_stopped = true;
  stream_.readiness().notify();
}

// ---- leaving

void ClientStream::watch(DisconnectObserver& observer) {
  disconnect_observer_ = &observer;
  if (left_) return client_is_gone();
  recheck_.arm_for_next_sweep();
}

void ClientStream::unwatch() { disconnect_observer_ = nullptr; }

void ClientStream::release_buffers() {
  exchange_->request.release_fields();
  exchange_->answer.release_head();
}

// Nothing awaits the socket: an answer is being made. Bytes belong to the next request and stay in
// the socket.
void ClientStream::became_ready() {
  if (disconnect_observer_ == nullptr) return;
  switch (socket().is_open() ? stream_.peek() : net::Waiting::end) {
    case net::Waiting::nothing:
      return stream_.readiness().drained();
    case net::Waiting::bytes:
      return recheck_.arm_for_next_sweep();
    case net::Waiting::end:
      return client_is_gone();
  }
}

void ClientStream::Recheck::on_expired() {
  auto& readiness = stream.stream_.readiness();
  if (!stream.socket().is_open()) return;
  if (stream.stream_.peer_has_closed()) {
    if (stream.disconnect_observer_ != nullptr) return stream.client_is_gone();
    readiness.notify();
  } else if (stream.disconnect_observer_ != nullptr && readiness.ready()) {
    arm_for_next_sweep();  // waiting bytes would hide the disconnect again
  }
  if (stream.exchange_) return;
  stream.was_idle_ = true;
  stream.idle_observer_.is_idle();
}

void ClientStream::end_soon() {
  if (disconnect_observer_ != nullptr) disconnect_observer_->must_end();
}

void ClientStream::abort() {
  stream_.close();
  if (!stream_.readiness().armed()) client_is_gone();
}

void ClientStream::client_is_gone() {
  left_ = true;
  if (disconnect_observer_ != nullptr) std::exchange(disconnect_observer_, nullptr)->client_left();
}

// ---- the answer

bool ClientStream::may_keep_alive() const {
  return request().keep_alive && !draining_ && body_done();
}

void ClientStream::begin(const AnswerHead& head, bool keep_alive, WallTime now) {
  exchange_->awaited.give_up();
  exchange_->answer.begin(request(), head, keep_alive, now);
}

void ClientStream::switch_protocols(std::string_view fields, WallTime now) {
  begin({.status = kSwitchingProtocols, .fields = fields}, false, now);
}

Result<std::string_view> ClientStream::take_raw() {
  if (timeout_.expired()) return why_nothing_came();
  return read_some(net::scratch());
}

// Most answers fit the socket's buffer: one system call and no suspension.
ClientStream::Sent ClientStream::send(const Reply& reply, bool keep_alive, WallTime now) {
  begin({reply.status, reply.fixed_fields, reply.fields, reply.body.size()}, keep_alive, now);
  return write(exchange_->answer.frame(reply.body, true));
}

ClientStream::Sent ClientStream::send_framed(std::string_view piece, bool last) {
  const auto sent = write(exchange_->answer.frame(piece, last));
  if (sent == Sent::partial) exchange_->answer.keep_unsent();
  return sent;
}

ClientStream::Sent ClientStream::write(const ResponseWriter::Buffers& buffers) {
  const auto size = stream_.write_some(buffers);
  exchange_->answer.wrote(buffers, size);
  if (!size) return Sent::failed;
  return exchange_->answer.has_unsent() ? Sent::partial : Sent::whole;
}

net::Task<std::optional<Errc>> ClientStream::send_rest() {
  auto& answer = exchange_->answer;
  const auto began = monotonic_now();
  std::uint64_t taken = 0;
  while (answer.has_unsent()) {
    timeout_.arm(earned_deadline(monotonic_now(), began, taken,
                                 settings_.min_answer_bytes_per_second,
                                 settings_.write_stall_timeout));
    const bool writable = co_await stream_.writable();
    const auto size = writable ? stream_.write_some(answer.next()) : std::nullopt;
    if (!size) co_return timeout_.expired() ? Errc::client_stalled : Errc::connection_lost;
    answer.drop(*size);
    taken += *size;
  }
  timeout_.disarm();
  answer.forget_unsent();
  co_return std::nullopt;
}

// Closing with unread bytes makes the kernel reset the connection, and the client may then lose the
// answer (RFC 9112 §9.6): read on for a moment.
net::Task<> ClientStream::linger() {
  stream_.say_closed();
  boost::system::error_code ignored;
  socket().shutdown(net::Socket::shutdown_send, ignored);
  timeout_.arm(monotonic_now() + kLingerTime);
  unwatch();
  for (std::size_t total = 0; total < kLingerBytes && !timeout_.expired();) {
    if (!stream_.readiness().ready()) co_await stream_.readiness().wait();
    const auto read = read_some(net::scratch());
    if (!read) break;
    total += read->size();
  }
}

net::Task<> ClientStream::close() {
  timeout_.disarm();
  unwatch();
  // A truncated answer must not end as a complete one does: neither with close_notify nor, if only
  // the connection's end delimits it, with a regular end.
  if (!lacks_its_end()) {
    stream_.say_closed();
  } else if (!stream_.has_tls() && exchange_->answer.until_close()) {
    boost::system::error_code ignored;
    socket().set_option(net::Socket::linger(true, 0), ignored);
  }
  stream_.close();
  recheck_.disarm();
  while (stream_.readiness().armed()) co_await stream_.readiness().wait();
}

}  // namespace weir::http
