#include "http/connection.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "codec/json_text.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 2048;          // a usual request head fits
constexpr std::size_t kKeepBufferBytes = 16384;   // a larger one is given back between requests
constexpr std::size_t kMaxChunkHeadBytes = 4096;  // and of trailers
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

HeadLimits limits_of(const Settings& settings) {
  return {static_cast<std::size_t>(settings.max_request_line_bytes),
          static_cast<std::size_t>(settings.max_header_bytes),
          static_cast<std::size_t>(settings.max_header_fields),
          static_cast<std::size_t>(settings.max_body_bytes)};
}

class InFlight {
 public:
  explicit InFlight(std::atomic<std::int64_t>& count) : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t>& count_;
};

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

}  // namespace

Connection::Connection(net::Socket socket, ConnectionContext& context)
    : socket_(std::move(socket)),
      timeout_(socket_),
      context_(context),
      parser_(limits_of(context.settings)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(net::Tcp::no_delay(true), ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) exchange_.peer = peer.address();
  exchange_.peer_text = exchange_.peer.to_string();
  context_.sweeper.add(timeout_);
}

void Connection::Timeout::on_expired() {
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

void Connection::abort() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// Only if nothing has come: what was read, or waits to be, is a request that was accepted.
void Connection::drain() {
  boost::system::error_code ignored;
  if (idle_ && socket_.available(ignored) == 0) socket_.cancel(ignored);
}

net::Task<> Connection::shed() {
  timeout_.arm(monotonic_now() + kLingerTime);
  begin_exchange();
  const auto room = make_room();
  const auto [error, size] = co_await socket_.async_read_some(room, net::use_task);
  if (took(error, size)) co_await refuse(Errc::overloaded);
  timeout_.disarm();
}

// What is awaited for every request stands here itself: a coroutine per step would cost as much as
// the step.
net::Task<> Connection::run() {
  exchange_.ended = monotonic_now();
  for (;;) {
    // Bytes of a next request may be here already; the clock of its head then runs from now.
    idle_ = in_.empty();
    if (idle_) {
      if (context_.draining) break;
      timeout_.arm(exchange_.ended + context_.settings.keep_alive_timeout);
      const auto room = make_room();
      const auto [error, size] = co_await socket_.async_read_some(room, net::use_task);
      if (!took(error, size)) break;
      idle_ = false;
    }
    begin_exchange();
    auto whole = try_head();
    if (!whole || !*whole || parser_.request().has_body) {
      timeout_.arm(exchange_.started + context_.settings.request_head_timeout);
      const auto received = co_await read_rest(std::move(whole));
      if (!received) {
        co_await refuse(received.error().code);
        break;
      }
      exchange_.whole = monotonic_now();
      exchange_.whole_at = wall_now();
    }
    timeout_.disarm();

    auto answer = context_.is_full() ? Answer(context_.handler.refuse(exchange_, Errc::overloaded))
                                     : context_.handler.handle(exchange_);
    if (auto* later = std::get_if<net::Task<Reply>>(&answer)) {
      const InFlight counted(context_.in_flight);
      auto task = std::move(*later);
      answer = co_await std::move(task);
    }
    const bool keep = parser_.request().keep_alive && !context_.draining;
    auto written = try_write(std::get<Reply>(answer), keep);
    if (written == Written::in_part) written = co_await write_rest();
    end_exchange(written);
    if (written == Written::whole && !keep) co_await linger();
    if (written == Written::failed || !keep) break;
    drop_consumed();
  }
  timeout_.disarm();
}

// The usual request came whole with the first read; this is for the others.
net::Task<Result<>> Connection::read_rest(Result<bool> whole) {
  for (; whole && !*whole; whole = try_head()) {
    const auto room = make_room();
    const auto [error, size] = co_await socket_.async_read_some(room, net::use_task);
    // A sweep may come when the bytes are here but not yet told of: then nothing was cancelled.
    if (!took(error, size) || timeout_.expired()) co_return fail(why_nothing_came());
  }
  if (!whole) co_return std::unexpected(std::move(whole.error()));
  if (parser_.request().has_body) co_return co_await read_body();
  co_return Result<>{};
}

asio::mutable_buffer Connection::make_room() {
  const auto used = in_.size();
  const auto with_room = used + kReadBytes;
  // Not the size it passes: when it reallocates, libstdc++ 12 passes the new capacity.
  in_.resize_and_overwrite(with_room, [with_room](char*, std::size_t) { return with_room; });
  return asio::buffer(in_.data() + used, kReadBytes);
}

bool Connection::took(boost::system::error_code error, std::size_t size) {
  const std::size_t received = error ? 0 : size;
  in_.resize(in_.size() - kReadBytes + received);
  return received > 0;
}

Errc Connection::why_nothing_came() const {
  return timeout_.expired() ? Errc::request_timeout : Errc::connection_lost;
}

Result<bool> Connection::try_head() {
  // RFC 9112 §2.2: an empty line before the request line is to be ignored. Nothing else has been
  // found then, so nothing has moved.
  while (in_.starts_with("\r\n")) in_.erase(0, 2);
  const auto size = parser_.find_head(in_);
  if (!size) return std::unexpected(size.error());
  if (*size == 0) return false;
  head_size_ = *size;
  if (auto parsed = parser_.parse_head(std::string_view(in_).substr(0, head_size_)); !parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  const Request& request = parser_.request();
  exchange_.request = &request;
  exchange_.trace_id = telemetry::TraceId::choose(request.header(FieldName::x_trace_id),
                                                  request.header(FieldName::traceparent));
  return true;
}

net::Task<Result<>> Connection::read_body() {
  if (parser_.request().expects_continue && in_.size() == head_size_) {
    const auto buffer = asio::buffer(kContinue.data(), kContinue.size());
    const auto [error, size] = co_await asio::async_write(socket_, buffer, net::use_task);
    if (error) co_return fail(Errc::connection_lost);
  }
  timeout_.arm(monotonic_now() + context_.settings.request_body_timeout);
  // The request's views point into in_, which therefore must not grow before the exchange ends.
  // What the parser leaves of the body (it wants a chunk's head whole) is offered again with more
  // behind it.
  std::string rest = in_.substr(head_size_);
  in_.resize(head_size_);
  std::array<char, kReadBytes> piece;
  for (;;) {
    const auto taken = parser_.feed_body(rest);
    if (!taken) co_return std::unexpected(taken.error());
    rest.erase(0, *taken);
    if (parser_.done()) break;
    if (rest.size() > kMaxChunkHeadBytes) co_return fail(Errc::malformed_request);
    const auto buffer = asio::buffer(piece);
    const auto [error, size] = co_await socket_.async_read_some(buffer, net::use_task);
    if (error || timeout_.expired()) co_return fail(why_nothing_came());
    rest.append(piece.data(), size);
  }
  next_ = std::move(rest);
  co_return Result<>{};
}

void Connection::format_head(const Reply& reply, bool keep_alive) {
  out_.assign(status_line(reply.status));
  out_.append(date_field(exchange_.whole_at)).append(reply.fixed_fields).append(reply.fields);
  if (may_have_body(reply.status)) {
    out_ += "Content-Length: ";
    codec::append_json_integer(out_, static_cast<std::int64_t>(reply.body.size()));
    out_ += "\r\n";
  }
  const bool http_10 = exchange_.request != nullptr && exchange_.request->minor_version == 0;
  if (!keep_alive) {
    out_ += "Connection: close\r\n";
  } else if (http_10) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
}

Connection::Written Connection::try_write(const Reply& reply, bool keep_alive) {
  exchange_.status = reply.status;
  format_head(reply, keep_alive);
  const bool head_only = exchange_.request != nullptr && exchange_.request->method == Method::head;
  out_body_ = head_only || !may_have_body(reply.status) ? std::string_view{} : reply.body;
  exchange_.body_bytes = out_body_.size();

  // Most answers fit the socket's buffer: one system call, and no suspension.
  written_ = 0;
  boost::system::error_code error;
  written_ = socket_.write_some(out_buffers(), error);
  if (error && error != asio::error::would_block) return Written::failed;
  return written_ == out_.size() + out_body_.size() ? Written::whole : Written::in_part;
}

std::array<asio::const_buffer, 2> Connection::out_buffers() const {
  const auto head = std::string_view(out_).substr(std::min(written_, out_.size()));
  const auto body = out_body_.substr(written_ - std::min(written_, out_.size()));
  return {asio::const_buffer(head.data(), head.size()),
          asio::const_buffer(body.data(), body.size())};
}

net::Task<Connection::Written> Connection::write_rest() {
  while (written_ < out_.size() + out_body_.size()) {
    timeout_.arm(monotonic_now() + context_.settings.write_stall_timeout);
    const auto buffers = out_buffers();
    const auto [error, size] = co_await socket_.async_write_some(buffers, net::use_task);
    if (error) co_return Written::failed;
    written_ += size;
  }
  timeout_.disarm();
  co_return Written::whole;
}

net::Task<> Connection::refuse(Errc code) {
  exchange_.reason = code;
  const bool reachable = code != Errc::connection_lost && socket_.is_open();
  auto written = Written::failed;
  if (reachable) {
    if (exchange_.trace_id.text().empty()) exchange_.trace_id = telemetry::TraceId::random();
    const Reply reply = context_.handler.refuse(exchange_, code);
    written = try_write(reply, false);
    if (written == Written::in_part) written = co_await write_rest();
  }
  end_exchange(written);
  if (written == Written::whole) co_await linger();
}

// Closing with unread bytes makes the kernel reset the connection, and the client may then lose the
// answer (RFC 9112 §9.6): read on for a moment.
net::Task<> Connection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(net::Socket::shutdown_send, ignored);
  timeout_.arm(monotonic_now() + kLingerTime);
  std::array<char, kReadBytes> scratch;
  for (std::size_t total = 0; total < kLingerBytes;) {
    const auto buffer = asio::buffer(scratch);
    const auto [error, size] = co_await socket_.async_read_some(buffer, net::use_task);
    if (error || timeout_.expired()) break;
    total += size;
  }
}

void Connection::begin_exchange() {
  exchange_.request = nullptr;
  exchange_.trace_id = {};
  exchange_.route = "none";
  exchange_.caller.clear();
  exchange_.reason.reset();
  exchange_.status = 0;
  exchange_.body_bytes = 0;
  exchange_.started = exchange_.whole = monotonic_now();
  exchange_.whole_at = wall_now();
  parser_.reset();
}

void Connection::end_exchange(Written written) {
  exchange_.ended = monotonic_now();
  if (written == Written::failed && !exchange_.reason) exchange_.reason = Errc::connection_lost;
  // Nothing came at all, or only a part that the client gave up: there is no request to log.
  if (exchange_.request == nullptr && exchange_.status == 0) return;
  context_.handler.finished(exchange_);
}

void Connection::drop_consumed() {
  in_.erase(0, head_size_);
  in_ += next_;
  next_.clear();
  if (in_.capacity() > kKeepBufferBytes) in_.shrink_to_fit();
}

}  // namespace weir::http
