#include "http/client_stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/write.hpp>

#include "codec/json_text.hpp"
#include "net/scratch.hpp"
#include "net/send.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 16 << 10;     // for a head, and what arrives with it
constexpr std::size_t kKeepBufferBytes = 16384;  // a larger buffer is released after the exchange
constexpr std::chrono::seconds kRest{1};         // a connection silent for this long is idle
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

// "Date: …\r\n", rendered once a second per thread (RFC 9110 §6.6.1).
std::string_view date_field(WallTime now) {
  thread_local std::string field;
  thread_local std::int64_t rendered = -1;
  const auto second =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (second != rendered) {
    field = "Date: " + telemetry::format_http_date(now) + "\r\n";
    rendered = second;
  }
  return field;
}

void make_empty(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeepBufferBytes) buffer.shrink_to_fit();
}

// The received bytes include the client's key.
void wipe(std::string& received) { ::explicit_bzero(received.data(), received.size()); }

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

ClientStream::Incoming::Incoming(const Settings& settings) : parser(limits_of(settings)) {}

ClientStream::ClientStream(net::Socket socket, std::unique_ptr<net::TlsSession> tls,
                           const Settings& settings, net::DeadlineSweeper& sweeper,
                           ExchangeStates& states, IdleObserver& observer)
    : socket_(std::move(socket)),
      tls_(std::move(tls)),
      readiness_(socket_),
      timeout_(sweeper, socket_),
      recheck_(sweeper, *this),
      settings_(settings),
      sweeper_(sweeper),
      states_(states),
      idle_observer_(observer) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(net::Tcp::no_delay(true), ignored);
  readiness_.watch(this);
  readiness_.arm(true);
}

void ClientStream::Timeout::on_expired() {
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

// ---- receiving

void ClientStream::Incoming::reset() {
  parser.reset();
  std::string().swap(next);
  std::string().swap(payload);
  head_size = consumed = 0;
  body_taken = body_limit = 0;
  body_done = true;
  body_stopped = continue_said = false;
}

// Keeps the capacity of `head`.
void ClientStream::Outgoing::reset() {
  auto kept = std::move(head);
  make_empty(kept);
  *this = Outgoing{};
  head = std::move(kept);
}

ClientStream::ExchangeState::~ExchangeState() { wipe(received); }

void ClientStream::ExchangeState::reset() {
  wipe(received);
  make_empty(received);
  request.reset();
  answer.reset();
}

// Between two requests of a busy client, nobody needs to learn at once that it has left. Sweeping
// soon after the first request releases the state of clients that ask once; kept for thousands of
// them, it would fragment the heap.
void ClientStream::next_request() {
  unwatch();
  auto rest = exchange_->received.substr(exchange_->request.consumed) + exchange_->request.next;
  if (rest.empty()) {
    exchange_.reset();
    if (was_idle_) {
      recheck_.arm(monotonic_now() + kRest);
    } else {
      recheck_.arm_for_next_sweep();
    }
  } else {
    exchange_->reset();
    exchange_->received = std::move(rest);
  }
}

Result<std::string_view> ClientStream::read_some(std::span<char> room) {
  if (tls_) return read_tls(room);
  boost::system::error_code error;
  const auto received = socket_.read_some(asio::buffer(room.data(), room.size()), error);
  if (error && error != asio::error::would_block) {
    client_is_gone();
    return fail(Errc::connection_lost);
  }
  readiness_.count(received);
  if (error || received < room.size()) {
    readiness_.drained();
    recheck_.arm_for_next_sweep();
  }
  return std::string_view(room.data(), received);
}

Result<> ClientStream::take_read() {
  // A sweep may run after the bytes arrived but before the event.
  if (timeout_.expired()) return why_nothing_came();
  const auto read = read_some(net::scratch().first(kReadBytes));
  if (!read) return std::unexpected(read.error());
  if (!exchange_ && !read->empty()) exchange_ = states_.lend(settings_);
  if (exchange_) exchange_->received += *read;
  return {};
}

std::unexpected<Error> ClientStream::why_nothing_came() const {
  return fail(timeout_.expired() ? Errc::request_timeout : Errc::connection_lost);
}

Result<bool> ClientStream::try_head() {
  const auto size = exchange_->request.parser.find_head(exchange_->received);
  if (!size) return std::unexpected(size.error());
  if (*size == 0) return false;
  exchange_->request.head_size = exchange_->request.consumed = *size;
  if (auto parsed = exchange_->request.parser.parse_head(
          std::string_view(exchange_->received).substr(0, exchange_->request.head_size));
      !parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  exchange_->request.body_done = !request().has_body;
  exchange_->request.body_limit = static_cast<std::uint64_t>(settings_.max_body_bytes);
  return true;
}

// ---- the request's body

Result<> ClientStream::limit_body(std::uint64_t bytes) {
  exchange_->request.body_limit = bytes;
  const auto length = request().content_length;
  if (length && *length > bytes) return fail(Errc::payload_too_large);
  return {};
}

std::optional<std::string_view> ClientStream::take_body_at_hand() {
  const auto length = request().content_length;
  if (exchange_->request.body_done || !length || exchange_->request.body_taken > 0 ||
      exchange_->received.size() - exchange_->request.head_size < *length) {
    return exchange_->request.body_done ? std::optional<std::string_view>(std::string_view{})
                                        : std::nullopt;
  }
  exchange_->request.consumed = exchange_->request.head_size + static_cast<std::size_t>(*length);
  exchange_->request.body_taken = *length;
  exchange_->request.body_done = true;
  return std::string_view(exchange_->received)
      .substr(exchange_->request.head_size, static_cast<std::size_t>(*length));
}

// Chunks are read as they arrive; bytes behind the last one belong to the next request.
Result<std::string_view> ClientStream::unframe(std::string_view bytes) {
  const auto length = request().content_length;
  if (length) {
    exchange_->request.body_taken += bytes.size();
    exchange_->request.body_done = exchange_->request.body_taken >= *length;
    return bytes;
  }
  exchange_->request.payload.clear();
  const auto taken = exchange_->request.parser.feed_body(bytes, exchange_->request.payload);
  if (!taken) return std::unexpected(taken.error());
  exchange_->request.body_taken += exchange_->request.payload.size();
  if (exchange_->request.body_taken > exchange_->request.body_limit)
    return fail(Errc::payload_too_large);
  exchange_->request.body_done = exchange_->request.parser.done();
  exchange_->request.next = bytes.substr(*taken);
  return exchange_->request.payload;
}

Result<std::string_view> ClientStream::unframe_onto(std::string* body, std::string_view bytes) {
  auto piece = unframe(bytes);
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
  const auto length = request().content_length;
  const auto left = length ? *length - exchange_->request.body_taken : net::kScratchBytes;
  const bool in_place = length && body != nullptr;
  const auto read =
      in_place ? read_onto(*body, left)
               : read_some(net::scratch().first(std::min<std::uint64_t>(left, net::kScratchBytes)));
  if (!read || read->empty()) return read;
  return in_place ? unframe(*read) : unframe_onto(body, *read);
}

MonotonicTime ClientStream::body_deadline(MonotonicTime now) const {
  return earned_deadline(now, exchange_->request.body_started, exchange_->request.body_taken,
                         settings_.min_body_bytes_per_second, settings_.request_body_timeout);
}

net::Task<Result<std::string_view>> ClientStream::read_body(std::string* body) {
  if (exchange_->request.body_done || exchange_->request.body_stopped) co_return std::string_view{};
  if (exchange_->request.body_taken == 0) {
    exchange_->request.body_started = monotonic_now();
    if (auto fits = limit_body(exchange_->request.body_limit); !fits)
      co_return std::unexpected(fits.error());
  }
  if (exchange_->request.consumed < exchange_->received.size()) {
    const auto length = request().content_length;
    const auto wanted =
        length ? *length - exchange_->request.body_taken : exchange_->received.size();
    const auto early =
        std::string_view(exchange_->received).substr(exchange_->request.consumed, wanted);
    exchange_->request.consumed += early.size();
    auto piece = unframe_onto(body, early);
    if (!piece || !piece->empty() || exchange_->request.body_done) co_return piece;
  }
  if (request().expects_continue && !exchange_->request.continue_said &&
      exchange_->request.body_taken == 0) {
    exchange_->request.continue_said = true;
    auto writing = write_continue();
    const bool written = co_await std::move(writing);
    if (!written) co_return fail(Errc::connection_lost);
    if (exchange_->request.body_stopped) co_return std::string_view{};
  }
  for (;;) {
    if (readiness_.must_wait(kBodyTurnBytes)) {
      timeout_.arm(body_deadline(monotonic_now()));
      co_await readiness_.wait();
      timeout_.disarm();
      if (exchange_->request.body_stopped) co_return std::string_view{};
      if (timeout_.expired() || !socket_.is_open()) co_return why_nothing_came();
    }
    auto piece = read_piece(body);
    if (!piece || !piece->empty() || exchange_->request.body_done) co_return piece;
  }
}

net::Task<Result<std::string>> ClientStream::whole_body() {
  std::string body;
  while (!exchange_->request.body_done && !exchange_->request.body_stopped) {
    const auto piece = co_await append_body(body);
    if (!piece) co_return std::unexpected(piece.error());
  }
  co_return body;
}

net::Task<bool> ClientStream::write_continue() {
  if (tls_) {
    const auto sent = write_tls({asio::buffer(kContinue)});
    if (sent != Sent::partial) co_return sent == Sent::whole;
    auto sending = send_rest();
    const auto problem = co_await std::move(sending);
    co_return !problem;
  }
  const auto buffer = asio::buffer(kContinue);
  timeout_.arm(monotonic_now() + settings_.write_stall_timeout);
  const auto [error, size] = co_await asio::async_write(socket_, buffer, net::use_task);
  timeout_.disarm();
  co_return !error;
}

void ClientStream::stop_body() {
  exchange_->request.body_stopped = true;
  readiness_.notify();
}

// ---- leaving

void ClientStream::watch(DisconnectObserver& observer) {
  disconnect_observer_ = &observer;
  if (left_) return client_is_gone();
  recheck_.arm_for_next_sweep();
}

void ClientStream::unwatch() { disconnect_observer_ = nullptr; }

void ClientStream::release_buffers() {
  // A short string would be stored inline and move with its object.
  constexpr std::size_t kShort = 16;
  Request& head = exchange_->request.parser.request();
  const auto size = static_cast<std::size_t>(head.target.end() - exchange_->received.data());
  if (exchange_->request.consumed < exchange_->received.size() || size < kShort) return;
  std::string line(exchange_->received, 0, size);
  head.forget_fields();
  head.move_views(std::string_view(exchange_->received).substr(0, size), line.data());
  wipe(exchange_->received);
  exchange_->received = std::move(line);
  exchange_->request.consumed = exchange_->request.head_size = size;
  std::string().swap(exchange_->request.payload);
  std::string().swap(exchange_->answer.head);
}

// Nothing awaits the socket: an answer is being made. Bytes belong to the next request and stay in
// the socket.
void ClientStream::became_ready() {
  if (disconnect_observer_ == nullptr) return;
  switch (socket_.is_open() ? look() : net::Waiting::end) {
    case net::Waiting::nothing:
      return readiness_.drained();
    case net::Waiting::bytes:
      return recheck_.arm_for_next_sweep();
    case net::Waiting::end:
      return client_is_gone();
  }
}

void ClientStream::Recheck::on_expired() {
  if (!stream.socket_.is_open()) return;
  if (net::peer_has_closed(stream.socket_)) {
    if (stream.disconnect_observer_ != nullptr) return stream.client_is_gone();
    stream.readiness_.notify();
  } else if (stream.disconnect_observer_ != nullptr && stream.readiness_.ready()) {
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
  close_socket();
  if (!readiness_.armed()) client_is_gone();
}

void ClientStream::client_is_gone() {
  left_ = true;
  if (disconnect_observer_ != nullptr) std::exchange(disconnect_observer_, nullptr)->client_left();
}

// ---- the answer

bool ClientStream::may_keep_alive() const {
  return request().keep_alive && !draining_ && exchange_->request.body_done;
}

void ClientStream::put_head(int status, std::string_view fixed, std::string_view fields,
                            std::optional<std::uint64_t> length, bool keep_alive, WallTime now) {
  const Request& request = exchange_->request.parser.request();
  const bool http_10 = request.minor_version == 0;
  exchange_->answer.status = status;
  exchange_->answer.begun = true;
  exchange_->answer.awaited.give_up();
  exchange_->answer.no_body = request.method == Method::head || !may_have_body(status);
  exchange_->answer.chunked = !length && !http_10 && !exchange_->answer.no_body;
  exchange_->answer.until_close =
      !length && !exchange_->answer.chunked && !exchange_->answer.no_body;
  exchange_->answer.keep_alive = keep_alive && !exchange_->answer.until_close;
  exchange_->answer.head.clear();
  append_status_line(exchange_->answer.head, status);
  exchange_->answer.head.append(date_field(now)).append(fixed).append(fields);
  if (exchange_->answer.chunked) exchange_->answer.head += "Transfer-Encoding: chunked\r\n";
  if (length && may_have_body(status)) {
    exchange_->answer.head += "Content-Length: ";
    codec::append_json_integer(exchange_->answer.head, *length);
    exchange_->answer.head += "\r\n";
  }
  if (!exchange_->answer.keep_alive) {
    exchange_->answer.head += "Connection: close\r\n";
  } else if (http_10) {
    exchange_->answer.head += "Connection: keep-alive\r\n";
  }
  exchange_->answer.head += "\r\n";
}

ClientStream::Sent ClientStream::send(const Reply& reply, bool keep_alive, WallTime now) {
  put_head(reply.status, reply.fixed_fields, reply.fields, reply.body.size(), keep_alive, now);
  const auto body = exchange_->answer.no_body ? std::string_view{} : reply.body;
  exchange_->answer.body_bytes = body.size();
  const auto sent =
      write_some({asio::buffer(std::string_view(exchange_->answer.head)), asio::buffer(body)});
  exchange_->answer.ended = sent != Sent::failed;
  return sent;
}

void ClientStream::begin(const Head& head, bool keep_alive, WallTime now) {
  put_head(head.status, head.fixed_fields, head.fields, head.length, keep_alive, now);
}

ClientStream::Sent ClientStream::send_piece(std::string_view piece) {
  return send_framed(piece, false);
}
ClientStream::Sent ClientStream::send_end() { return send_framed({}, true); }
ClientStream::Sent ClientStream::send_last_piece(std::string_view piece) {
  return send_framed(piece, true);
}

ClientStream::Sent ClientStream::send_framed(std::string_view piece, bool last) {
  if (exchange_->answer.no_body) piece = {};
  exchange_->answer.body_bytes += piece.size();
  std::string_view before;
  std::string_view after;
  if (exchange_->answer.chunked && !piece.empty()) {
    exchange_->answer.chunk_head = ChunkHead(piece.size());
    before = exchange_->answer.chunk_head.text();
    after = kChunkEnd;
  }
  const auto end = exchange_->answer.chunked && last ? kLastChunk : std::string_view{};
  const auto sent =
      write_some({asio::buffer(std::string_view(exchange_->answer.head)), asio::buffer(before),
                  asio::buffer(piece), asio::buffer(after), asio::buffer(end)});
  if (sent == Sent::partial) exchange_->answer.unsent.keep();
  if (sent != Sent::failed) exchange_->answer.head.clear();
  exchange_->answer.ended = last && sent != Sent::failed;
  return sent;
}

// Most answers fit the socket's buffer: one system call and no suspension.
ClientStream::Sent ClientStream::write_some(const Unsent<kBuffers>::Buffers& buffers) {
  if (tls_) return write_tls(buffers);
  const auto size = net::send_some(socket_, buffers);
  if (!size) return Sent::failed;
  exchange_->answer.unsent.set(buffers, *size);
  return exchange_->answer.unsent.empty() ? Sent::whole : Sent::partial;
}

net::Task<std::optional<Errc>> ClientStream::send_rest() {
  const auto began = monotonic_now();
  std::uint64_t taken = 0;
  while (!exchange_->answer.unsent.empty()) {
    timeout_.arm(earned_deadline(monotonic_now(), began, taken,
                                 settings_.min_answer_bytes_per_second,
                                 settings_.write_stall_timeout));
    std::optional<std::size_t> size;
    if (tls_) {
      const auto what = write_wants_read_ ? net::Socket::wait_read : net::Socket::wait_write;
      const auto [error] = co_await socket_.async_wait(what, net::use_task);
      if (!error) size = write_tls_rest();
    } else {
      const auto [error, written] =
          co_await socket_.async_write_some(exchange_->answer.unsent.next(), net::use_task);
      if (!error) size = written;
    }
    if (!size) co_return timeout_.expired() ? Errc::client_stalled : Errc::connection_lost;
    exchange_->answer.unsent.drop(*size);
    taken += *size;
  }
  timeout_.disarm();
  exchange_->answer.unsent.forget();
  co_return std::nullopt;
}

// Closing with unread bytes makes the kernel reset the connection, and the client may then lose the
// answer (RFC 9112 §9.6): read on for a moment.
net::Task<> ClientStream::linger() {
  if (tls_) tls_->say_closed();
  boost::system::error_code ignored;
  socket_.shutdown(net::Socket::shutdown_send, ignored);
  timeout_.arm(monotonic_now() + kLingerTime);
  unwatch();
  for (std::size_t total = 0; total < kLingerBytes && !timeout_.expired();) {
    if (!readiness_.ready()) co_await readiness_.wait();
    const auto read = read_some(net::scratch());
    if (!read) break;
    total += read->size();
  }
}

net::Task<> ClientStream::close() {
  timeout_.disarm();
  unwatch();
  // A truncated answer must not end with close_notify.
  if (tls_ && !lacks_its_end()) tls_->say_closed();
  if (!tls_ && lacks_its_end() && exchange_->answer.until_close) {
    boost::system::error_code ignored;
    socket_.set_option(net::Socket::linger(true, 0), ignored);  // a reset instead of a regular end
  }
  close_socket();
  recheck_.disarm();
  while (readiness_.armed()) co_await readiness_.wait();
}

bool ClientStream::lacks_its_end() const {
  return exchange_ && ((exchange_->answer.begun && !exchange_->answer.ended) ||
                       !exchange_->answer.unsent.empty());
}

void ClientStream::close_socket() {
  if (tls_) tls_->forget_socket();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace weir::http
