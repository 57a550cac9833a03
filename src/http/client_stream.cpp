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
                           const Settings& settings, net::DeadlineSweeper& sweeper, Desks& desks,
                           Idler& idler)
    : socket_(std::move(socket)),
      tls_(std::move(tls)),
      readiness_(socket_),
      timeout_(sweeper, socket_),
      recheck_(sweeper, *this),
      settings_(settings),
      sweeper_(sweeper),
      desks_(desks),
      idler_(idler) {
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

ClientStream::Desk::~Desk() { wipe(received); }

void ClientStream::Desk::reset() {
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
  auto rest = desk_->received.substr(desk_->request.consumed) + desk_->request.next;
  if (rest.empty()) {
    desk_.reset();
    if (was_idle_) {
      recheck_.arm(monotonic_now() + kRest);
    } else {
      recheck_.arm_for_next_sweep();
    }
  } else {
    desk_->reset();
    desk_->received = std::move(rest);
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
  if (!desk_ && !read->empty()) desk_ = desks_.lend(settings_);
  if (desk_) desk_->received += *read;
  return {};
}

std::unexpected<Error> ClientStream::why_nothing_came() const {
  return fail(timeout_.expired() ? Errc::request_timeout : Errc::connection_lost);
}

Result<bool> ClientStream::try_head() {
  const auto size = desk_->request.parser.find_head(desk_->received);
  if (!size) return std::unexpected(size.error());
  if (*size == 0) return false;
  desk_->request.head_size = desk_->request.consumed = *size;
  if (auto parsed = desk_->request.parser.parse_head(
          std::string_view(desk_->received).substr(0, desk_->request.head_size));
      !parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  desk_->request.body_done = !request().has_body;
  desk_->request.body_limit = static_cast<std::uint64_t>(settings_.max_body_bytes);
  return true;
}

// ---- the request's body

Result<> ClientStream::limit_body(std::uint64_t bytes) {
  desk_->request.body_limit = bytes;
  const auto length = request().content_length;
  if (length && *length > bytes) return fail(Errc::payload_too_large);
  return {};
}

std::optional<std::string_view> ClientStream::take_body_at_hand() {
  const auto length = request().content_length;
  if (desk_->request.body_done || !length || desk_->request.body_taken > 0 ||
      desk_->received.size() - desk_->request.head_size < *length) {
    return desk_->request.body_done ? std::optional<std::string_view>(std::string_view{})
                                    : std::nullopt;
  }
  desk_->request.consumed = desk_->request.head_size + static_cast<std::size_t>(*length);
  desk_->request.body_taken = *length;
  desk_->request.body_done = true;
  return std::string_view(desk_->received)
      .substr(desk_->request.head_size, static_cast<std::size_t>(*length));
}

// Chunks are read as they arrive; bytes behind the last one belong to the next request.
Result<std::string_view> ClientStream::unframe(std::string_view bytes) {
  const auto length = request().content_length;
  if (length) {
    desk_->request.body_taken += bytes.size();
    desk_->request.body_done = desk_->request.body_taken >= *length;
    return bytes;
  }
  desk_->request.payload.clear();
  const auto taken = desk_->request.parser.feed_body(bytes, desk_->request.payload);
  if (!taken) return std::unexpected(taken.error());
  desk_->request.body_taken += desk_->request.payload.size();
  if (desk_->request.body_taken > desk_->request.body_limit) return fail(Errc::payload_too_large);
  desk_->request.body_done = desk_->request.parser.done();
  desk_->request.next = bytes.substr(*taken);
  return desk_->request.payload;
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
  const auto left = length ? *length - desk_->request.body_taken : net::kScratchBytes;
  const bool in_place = length && body != nullptr;
  const auto read =
      in_place ? read_onto(*body, left)
               : read_some(net::scratch().first(std::min<std::uint64_t>(left, net::kScratchBytes)));
  if (!read || read->empty()) return read;
  return in_place ? unframe(*read) : unframe_onto(body, *read);
}

MonotonicTime ClientStream::body_deadline(MonotonicTime now) const {
  return earned_deadline(now, desk_->request.body_started, desk_->request.body_taken,
                         settings_.min_body_bytes_per_second, settings_.request_body_timeout);
}

net::Task<Result<std::string_view>> ClientStream::read_body(std::string* body) {
  if (desk_->request.body_done || desk_->request.body_stopped) co_return std::string_view{};
  if (desk_->request.body_taken == 0) {
    desk_->request.body_started = monotonic_now();
    if (auto fits = limit_body(desk_->request.body_limit); !fits)
      co_return std::unexpected(fits.error());
  }
  if (desk_->request.consumed < desk_->received.size()) {
    const auto length = request().content_length;
    const auto wanted = length ? *length - desk_->request.body_taken : desk_->received.size();
    const auto early = std::string_view(desk_->received).substr(desk_->request.consumed, wanted);
    desk_->request.consumed += early.size();
    auto piece = unframe_onto(body, early);
    if (!piece || !piece->empty() || desk_->request.body_done) co_return piece;
  }
  if (request().expects_continue && !desk_->request.continue_said &&
      desk_->request.body_taken == 0) {
    desk_->request.continue_said = true;
    auto writing = write_continue();
    const bool written = co_await std::move(writing);
    if (!written) co_return fail(Errc::connection_lost);
    if (desk_->request.body_stopped) co_return std::string_view{};
  }
  for (;;) {
    if (readiness_.must_wait(kBodyTurnBytes)) {
      timeout_.arm(body_deadline(monotonic_now()));
      co_await readiness_.wait();
      timeout_.disarm();
      if (desk_->request.body_stopped) co_return std::string_view{};
      if (timeout_.expired() || !socket_.is_open()) co_return why_nothing_came();
    }
    auto piece = read_piece(body);
    if (!piece || !piece->empty() || desk_->request.body_done) co_return piece;
  }
}

net::Task<Result<std::string>> ClientStream::whole_body() {
  std::string body;
  while (!desk_->request.body_done && !desk_->request.body_stopped) {
    const auto piece = co_await append_body(body);
    if (!piece) co_return std::unexpected(piece.error());
  }
  co_return body;
}

net::Task<bool> ClientStream::write_continue() {
  if (tls_) {
    const auto sent = write_tls({asio::buffer(kContinue)});
    if (sent != Sent::in_part) co_return sent == Sent::whole;
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
  desk_->request.body_stopped = true;
  readiness_.tell();
}

// ---- leaving

void ClientStream::watch(Leaver& leaver) {
  leaver_ = &leaver;
  if (left_) return client_is_gone();
  recheck_.arm_for_next_sweep();
}

void ClientStream::unwatch() { leaver_ = nullptr; }

void ClientStream::slim_down() {
  // A short string would be stored inline and move with its object.
  constexpr std::size_t kShort = 16;
  Request& head = desk_->request.parser.request();
  const auto size = static_cast<std::size_t>(head.target.end() - desk_->received.data());
  if (desk_->request.consumed < desk_->received.size() || size < kShort) return;
  std::string line(desk_->received, 0, size);
  head.forget_fields();
  head.move_views(std::string_view(desk_->received).substr(0, size), line.data());
  wipe(desk_->received);
  desk_->received = std::move(line);
  desk_->request.consumed = desk_->request.head_size = size;
  std::string().swap(desk_->request.payload);
  std::string().swap(desk_->answer.head);
}

// Nothing awaits the socket: an answer is being made. Bytes belong to the next request and stay in
// the socket.
void ClientStream::became_ready() {
  if (leaver_ == nullptr) return;
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
    if (stream.leaver_ != nullptr) return stream.client_is_gone();
    stream.readiness_.tell();
  } else if (stream.leaver_ != nullptr && stream.readiness_.ready()) {
    arm_for_next_sweep();  // waiting bytes would hide the disconnect again
  }
  if (stream.desk_) return;
  stream.was_idle_ = true;
  stream.idler_.is_idle();
}

void ClientStream::end_soon() {
  if (leaver_ != nullptr) leaver_->must_end();
}

void ClientStream::abort() {
  close_socket();
  if (!readiness_.armed()) client_is_gone();
}

void ClientStream::client_is_gone() {
  left_ = true;
  if (leaver_ != nullptr) std::exchange(leaver_, nullptr)->client_left();
}

// ---- the answer

bool ClientStream::may_keep_alive() const {
  return request().keep_alive && !draining_ && desk_->request.body_done;
}

void ClientStream::put_head(int status, std::string_view fixed, std::string_view fields,
                            std::optional<std::uint64_t> length, bool keep_alive, WallTime now) {
  const Request& request = desk_->request.parser.request();
  const bool http_10 = request.minor_version == 0;
  desk_->answer.status = status;
  desk_->answer.begun = true;
  desk_->answer.awaited.give_up();
  desk_->answer.no_body = request.method == Method::head || !may_have_body(status);
  desk_->answer.chunked = !length && !http_10 && !desk_->answer.no_body;
  desk_->answer.until_close = !length && !desk_->answer.chunked && !desk_->answer.no_body;
  desk_->answer.keep_alive = keep_alive && !desk_->answer.until_close;
  desk_->answer.head.clear();
  append_status_line(desk_->answer.head, status);
  desk_->answer.head.append(date_field(now)).append(fixed).append(fields);
  if (desk_->answer.chunked) desk_->answer.head += "Transfer-Encoding: chunked\r\n";
  if (length && may_have_body(status)) {
    desk_->answer.head += "Content-Length: ";
    codec::append_json_integer(desk_->answer.head, *length);
    desk_->answer.head += "\r\n";
  }
  if (!desk_->answer.keep_alive) {
    desk_->answer.head += "Connection: close\r\n";
  } else if (http_10) {
    desk_->answer.head += "Connection: keep-alive\r\n";
  }
  desk_->answer.head += "\r\n";
}

ClientStream::Sent ClientStream::send(const Reply& reply, bool keep_alive, WallTime now) {
  put_head(reply.status, reply.fixed_fields, reply.fields, reply.body.size(), keep_alive, now);
  const auto body = desk_->answer.no_body ? std::string_view{} : reply.body;
  desk_->answer.body_bytes = body.size();
  const auto sent =
      write_some({asio::buffer(std::string_view(desk_->answer.head)), asio::buffer(body)});
  desk_->answer.ended = sent != Sent::failed;
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
  if (desk_->answer.no_body) piece = {};
  desk_->answer.body_bytes += piece.size();
  std::string_view before;
  std::string_view after;
  if (desk_->answer.chunked && !piece.empty()) {
    desk_->answer.chunk_head = ChunkHead(piece.size());
    before = desk_->answer.chunk_head.text();
    after = kChunkEnd;
  }
  const auto end = desk_->answer.chunked && last ? kLastChunk : std::string_view{};
  const auto sent =
      write_some({asio::buffer(std::string_view(desk_->answer.head)), asio::buffer(before),
                  asio::buffer(piece), asio::buffer(after), asio::buffer(end)});
  if (sent == Sent::in_part) desk_->answer.unsent.keep();
  if (sent != Sent::failed) desk_->answer.head.clear();
  desk_->answer.ended = last && sent != Sent::failed;
  return sent;
}

// Most answers fit the socket's buffer: one system call and no suspension.
ClientStream::Sent ClientStream::write_some(const Unsent<kBuffers>::Buffers& buffers) {
  if (tls_) return write_tls(buffers);
  const auto size = net::send_some(socket_, buffers);
  if (!size) return Sent::failed;
  desk_->answer.unsent.set(buffers, *size);
  return desk_->answer.unsent.empty() ? Sent::whole : Sent::in_part;
}

net::Task<std::optional<Errc>> ClientStream::send_rest() {
  const auto began = monotonic_now();
  std::uint64_t taken = 0;
  while (!desk_->answer.unsent.empty()) {
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
          co_await socket_.async_write_some(desk_->answer.unsent.next(), net::use_task);
      if (!error) size = written;
    }
    if (!size) co_return timeout_.expired() ? Errc::client_stalled : Errc::connection_lost;
    desk_->answer.unsent.drop(*size);
    taken += *size;
  }
  timeout_.disarm();
  desk_->answer.unsent.forget();
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
  if (!tls_ && lacks_its_end() && desk_->answer.until_close) {
    boost::system::error_code ignored;
    socket_.set_option(net::Socket::linger(true, 0), ignored);  // a reset instead of a regular end
  }
  close_socket();
  recheck_.disarm();
  while (readiness_.armed()) co_await readiness_.wait();
}

bool ClientStream::lacks_its_end() const {
  return desk_ && ((desk_->answer.begun && !desk_->answer.ended) || !desk_->answer.unsent.empty());
}

void ClientStream::close_socket() {
  if (tls_) tls_->forget_socket();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace weir::http
