#include "http/client_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/write.hpp>

#include "codec/json_text.hpp"
#include "net/scratch.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 2048;          // a usual request fits
constexpr std::size_t kKeepBufferBytes = 16384;   // a larger one is given back between requests
constexpr std::size_t kMaxChunkHeadBytes = 4096;  // and of trailers
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::int64_t kSlowestBodyBytesPerSecond = 500;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

HeadLimits limits_of(const Settings& settings) {
  return {static_cast<std::size_t>(settings.max_request_line_bytes),
          static_cast<std::size_t>(settings.max_header_bytes),
          static_cast<std::size_t>(settings.max_header_fields)};
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

// What it holds need not be set: it is read into.
void resize_unset(std::string& text, std::size_t size) {
  // Not the size it passes: when it reallocates, libstdc++ 12 passes the new capacity.
  text.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
}

}  // namespace

ClientStream::ClientStream(net::Socket socket, const Settings& settings,
                           net::DeadlineSweeper& sweeper)
    : socket_(std::move(socket)),
      timeout_(socket_),
      departure_(*this),
      settings_(settings),
      sweeper_(sweeper),
      parser_(limits_of(settings)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(net::Tcp::no_delay(true), ignored);
  sweeper.add(timeout_);
  sweeper.add(departure_);
  reading_.watch(this);
}

void ClientStream::Timeout::on_expired() {
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

// ---- receiving

void ClientStream::next_request() {
  in_.erase(0, consumed_);
  in_ += next_;
  next_.clear();
  rest_.clear();
  if (reads_ahead_) {
    // Its memory stays where it is, so a read under way goes on into what is now in_.
    in_.swap(ahead_);
    reads_ahead_ = false;
    read_into_ = 0;
  } else if (in_.capacity() > kKeepBufferBytes && !reading_.pending()) {
    in_.shrink_to_fit();
  }
  if (payload_.capacity() > 0) std::string().swap(payload_);
  unsent_.forget_copy();
  unwatch();
  consumed_ = head_size_ = 0;
  body_taken_ = 0;
  body_done_ = true;
  body_stopped_ = continue_said_ = false;
  body_bytes_ = 0;
  status_ = 0;
  begun_ = ended_ = chunked_ = no_body_ = false;
  parser_.reset();
}

net::Task<> ClientStream::read_more() {
  if (!reading_.pending()) {
    read_into_ = in_.size();
    resize_unset(in_, read_into_ + kReadBytes);
    waits_only_ = false;
    reading_.start(socket_, asio::buffer(in_.data() + read_into_, kReadBytes));
  }
  return reading_.ended();
}

Result<> ClientStream::take_read() {
  const bool waited_only = waits_only_;
  const bool came = absorb_read();
  // A sweep may come when the bytes are here but not yet told of: then nothing was cancelled.
  if (timeout_.expired() || !(came || (waited_only && !left_))) return why_nothing_came();
  return {};
}

bool ClientStream::absorb_read() {
  if (waits_only_) {
    waits_only_ = false;
    if (!timeout_.expired() && (reading_.error() || peer_is_gone())) client_is_gone();
    return false;
  }
  const std::size_t received = reading_.error() ? 0 : reading_.size();
  if (reads_ahead_) {
    ahead_.resize(received);
  } else {
    in_.resize(read_into_ + received);
  }
  // A wait that a deadline ended says nothing of the client, who may still be told so.
  if (received == 0 && !timeout_.expired()) client_is_gone();
  return received > 0;
}

void ClientStream::read_ended() {
  absorb_read();
  if (leaver_ != nullptr) departure_.arm(monotonic_now());
}

std::unexpected<Error> ClientStream::why_nothing_came() const {
  return fail(timeout_.expired() ? Errc::request_timeout : Errc::connection_lost);
}

Result<bool> ClientStream::try_head() {
  // RFC 9112 §2.2: an empty line before the request line is to be ignored. Nothing else has been
  // found then, so nothing has moved.
  while (in_.starts_with("\r\n")) in_.erase(0, 2);
  const auto size = parser_.find_head(in_);
  if (!size) return std::unexpected(size.error());
  if (*size == 0) return false;
  head_size_ = consumed_ = *size;
  if (auto parsed = parser_.parse_head(std::string_view(in_).substr(0, head_size_)); !parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  body_done_ = !parser_.request().has_body;
  body_limit_ = static_cast<std::uint64_t>(settings_.max_body_bytes);
  return true;
}

// ---- the request's body

Result<> ClientStream::limit_body(std::uint64_t bytes) {
  body_limit_ = bytes;
  const auto length = parser_.request().content_length;
  if (length && *length > bytes) return fail(Errc::payload_too_large);
  return {};
}

std::optional<std::string_view> ClientStream::take_body_at_hand() {
  const auto length = parser_.request().content_length;
  if (body_done_ || !length || body_taken_ > 0 || in_.size() - head_size_ < *length) {
    return body_done_ ? std::optional<std::string_view>(std::string_view{}) : std::nullopt;
  }
  consumed_ = head_size_ + static_cast<std::size_t>(*length);
  body_taken_ = *length;
  body_done_ = true;
  return std::string_view(in_).substr(head_size_, static_cast<std::size_t>(*length));
}

// With a length, nothing is read beyond it. Chunks are read as they come: what the parser leaves
// (it wants a chunk's head whole) is offered again, and what follows the last is the next
// request's.
Result<std::string_view> ClientStream::unframe(std::string_view bytes) {
  const auto length = parser_.request().content_length;
  if (length) {
    body_taken_ += bytes.size();
    body_done_ = body_taken_ >= *length;
    return bytes;
  }
  rest_ += bytes;
  payload_.clear();
  const auto taken = parser_.feed_body(rest_, payload_);
  if (!taken) return std::unexpected(taken.error());
  rest_.erase(0, *taken);
  body_taken_ += payload_.size();
  if (body_taken_ > body_limit_) return fail(Errc::payload_too_large);
  body_done_ = parser_.done();
  if (body_done_) {
    next_ = std::move(rest_);
    rest_.clear();
  } else if (rest_.size() > kMaxChunkHeadBytes) {
    return fail(Errc::malformed_request);
  }
  return payload_;
}

// A body may pause, but not crawl: its time grows only with what has come.
MonotonicTime ClientStream::body_deadline(MonotonicTime now) const {
  const std::chrono::seconds earned(static_cast<std::int64_t>(body_taken_) /
                                    kSlowestBodyBytesPerSecond);
  return std::min(now, body_started_ + earned) + settings_.request_body_timeout;
}

net::Task<Result<std::string_view>> ClientStream::next_body() {
  if (body_done_ || body_stopped_) co_return std::string_view{};
  if (body_taken_ == 0 && rest_.empty()) {
    body_started_ = monotonic_now();
    if (auto fits = limit_body(body_limit_); !fits) co_return std::unexpected(fits.error());
  }
  if (consumed_ < in_.size()) {
    const auto length = parser_.request().content_length;
    const auto wanted = length ? *length - body_taken_ : in_.size();
    const auto early = std::string_view(in_).substr(consumed_, wanted);
    consumed_ += early.size();
    auto piece = unframe(early);
    if (!piece || !piece->empty() || body_done_) co_return piece;
  }
  if (parser_.request().expects_continue && !continue_said_ && body_taken_ == 0) {
    continue_said_ = true;
    const auto buffer = asio::buffer(kContinue);
    timeout_.arm(monotonic_now() + settings_.write_stall_timeout);
    const auto [error, size] = co_await asio::async_write(socket_, buffer, net::use_task);
    timeout_.disarm();
    if (error) co_return fail(Errc::connection_lost);
    if (body_stopped_) co_return std::string_view{};
  }
  for (;;) {
    const auto room = net::scratch();
    const auto length = parser_.request().content_length;
    const auto wanted = length ? std::min<std::uint64_t>(*length - body_taken_, room.size())
                               : std::uint64_t{room.size()};
    boost::system::error_code error;
    const auto size =
        socket_.read_some(asio::buffer(room.data(), static_cast<std::size_t>(wanted)), error);
    if (error == asio::error::would_block) {
      timeout_.arm(body_deadline(monotonic_now()));
      if (!reading_.pending()) reading_.start_wait(socket_);
      waits_only_ = true;
      co_await reading_.ended();
      waits_only_ = false;
      timeout_.disarm();
      if (body_stopped_) co_return std::string_view{};
      if (timeout_.expired() || reading_.error()) co_return why_nothing_came();
      continue;
    }
    if (error || size == 0) {
      client_is_gone();
      co_return why_nothing_came();
    }
    auto piece = unframe({room.data(), size});
    if (!piece || !piece->empty() || body_done_) co_return piece;
  }
}

void ClientStream::stop_body() {
  body_stopped_ = true;
  boost::system::error_code ignored;
  if (reading_.pending()) socket_.cancel(ignored);
}

// ---- leaving

void ClientStream::watch(Leaver& leaver, bool for_long) {
  leaver_ = &leaver;
  if (left_) return client_is_gone();
  if (!body_done_) return departure_.arm(monotonic_now());
  departure_.disarm();
  if (reading_.pending()) return;
  // A next request that is here already would have to come before what is read ahead.
  waits_only_ = for_long || consumed_ < in_.size() || !next_.empty() || reads_ahead_;
  if (waits_only_) {
    reading_.start_wait(socket_);
    return;
  }
  reads_ahead_ = true;
  resize_unset(ahead_, kReadBytes);
  reading_.start(socket_, asio::buffer(ahead_.data(), kReadBytes));
}

void ClientStream::slim_down() {
  // A short text would lie within the string itself, and move with it.
  constexpr std::size_t kShort = 64;
  const bool being_read = reading_.pending() && !waits_only_;
  if (consumed_ < in_.size() || reads_ahead_ || being_read || head_size_ < kShort) return;
  std::string head(in_, 0, head_size_);
  parser_.request().move_views(std::string_view(in_).substr(0, head_size_), head.data());
  in_ = std::move(head);
  consumed_ = head_size_;
  std::string().swap(out_);
}

void ClientStream::unwatch() {
  leaver_ = nullptr;
  departure_.disarm();
}

void ClientStream::Departure::on_expired() {
  pollfd asked{stream.socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&asked, 1, 0) > 0) {
    stream.client_is_gone();
  } else {
    arm(monotonic_now());  // with the next sweep
  }
}

void ClientStream::abort() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (!reading_.pending()) client_is_gone();
}

void ClientStream::client_is_gone() {
  left_ = true;
  if (leaver_ != nullptr) std::exchange(leaver_, nullptr)->client_left();
}

bool ClientStream::peer_is_gone() {
  char first = 0;
  const auto size = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  return size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
}

// ---- the answer

bool ClientStream::may_keep_alive() const {
  return parser_.request().keep_alive && !draining_ && body_done_;
}

void ClientStream::put_head(int status, std::string_view fixed, std::string_view fields,
                            std::optional<std::uint64_t> length, bool keep_alive, WallTime now) {
  const Request& request = parser_.request();
  const bool http_10 = request.minor_version == 0;
  status_ = status;
  begun_ = true;
  no_body_ = request.method == Method::head || !may_have_body(status);
  chunked_ = !length && !http_10 && !no_body_;
  keep_alive_ = keep_alive && (length || chunked_ || no_body_);
  out_.clear();
  append_status_line(out_, status);
  out_.append(date_field(now)).append(fixed).append(fields);
  if (chunked_) out_ += "Transfer-Encoding: chunked\r\n";
  if (length && may_have_body(status)) {
    out_ += "Content-Length: ";
    codec::append_json_integer(out_, static_cast<std::int64_t>(*length));
    out_ += "\r\n";
  }
  if (!keep_alive_) {
    out_ += "Connection: close\r\n";
  } else if (http_10) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
}

ClientStream::Sent ClientStream::send(const Reply& reply, bool keep_alive, WallTime now) {
  put_head(reply.status, reply.fixed_fields, reply.fields, reply.body.size(), keep_alive, now);
  const auto body = no_body_ ? std::string_view{} : reply.body;
  body_bytes_ = body.size();
  ended_ = true;
  unsent_.set(
      std::array<asio::const_buffer, 2>{asio::buffer(std::string_view(out_)), asio::buffer(body)});
  return write_some();
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
  if (no_body_) piece = {};
  body_bytes_ += piece.size();
  ended_ = last;
  std::string_view before;
  std::string_view after;
  if (chunked_ && !piece.empty()) {
    chunk_head_ = ChunkHead(piece.size());
    before = chunk_head_.text();
    after = kChunkEnd;
  }
  const auto end = chunked_ && last ? kLastChunk : std::string_view{};
  unsent_.set(std::array<asio::const_buffer, 5>{asio::buffer(std::string_view(out_)),
                                                asio::buffer(before), asio::buffer(piece),
                                                asio::buffer(after), asio::buffer(end)});
  const auto sent = write_some();
  if (sent == Sent::in_part) unsent_.keep();
  if (sent != Sent::failed) out_.clear();
  return sent;
}

ClientStream::Sent ClientStream::write_some() {
  // Most answers fit the socket's buffer: one system call, and no suspension.
  boost::system::error_code error;
  const auto size = socket_.write_some(unsent_.buffers(), error);
  if (error && error != asio::error::would_block) return Sent::failed;
  unsent_.drop(error ? 0 : size);
  return unsent_.empty() ? Sent::whole : Sent::in_part;
}

net::Task<Result<>> ClientStream::send_rest() {
  while (!unsent_.empty()) {
    timeout_.arm(monotonic_now() + settings_.write_stall_timeout);
    const auto [error, size] = co_await socket_.async_write_some(unsent_.buffers(), net::use_task);
    if (error) co_return fail(timeout_.expired() ? Errc::client_stalled : Errc::connection_lost);
    unsent_.drop(size);
  }
  timeout_.disarm();
  unsent_.forget_copy();
  co_return Result<>{};
}

// Closing with unread bytes makes the kernel reset the connection, and the client may then lose the
// answer (RFC 9112 §9.6): read on for a moment.
net::Task<> ClientStream::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(net::Socket::shutdown_send, ignored);
  timeout_.arm(monotonic_now() + kLingerTime);
  unwatch();
  for (std::size_t total = 0; total < kLingerBytes && !left_ && !timeout_.expired();) {
    if (reading_.pending()) {
      co_await reading_.ended();
      absorb_read();
      continue;
    }
    const auto room = net::scratch();
    boost::system::error_code error;
    const auto size = socket_.read_some(asio::buffer(room.data(), room.size()), error);
    total += size;
    if (error == asio::error::would_block) {
      waits_only_ = true;
      reading_.start_wait(socket_);
    } else if (error || size == 0) {
      break;
    }
  }
}

net::Task<> ClientStream::close() {
  timeout_.disarm();
  unwatch();
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (reading_.pending()) co_await reading_.ended();
}

}  // namespace weir::http
