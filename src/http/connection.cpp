#include "http/connection.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "telemetry/timestamp.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 2048;         // a usual request head fits
constexpr std::size_t kKeepBufferBytes = 16384;  // a larger one is given back between requests
constexpr std::size_t kLingerBytes = 64 << 10;
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

HeadLimits limits_of(const Settings& settings) {
  return {static_cast<std::size_t>(settings.max_request_line_bytes),
          static_cast<std::size_t>(settings.max_header_bytes),
          static_cast<std::size_t>(settings.max_header_fields),
          static_cast<std::size_t>(settings.max_body_bytes)};
}

// "Date: …\r\n", rendered once a second per thread (RFC 9110 §6.6.1).
std::string_view date_field() {
  thread_local std::string field;
  thread_local std::int64_t rendered = -1;
  const auto now = wall_now();
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

void Connection::drain() {
  if (idle_) abort();
}

net::Task<> Connection::run() {
  while ((co_await serve_one()) == Next::keep) {
  }
  timeout_.disarm();
}

net::Task<> Connection::shed() {
  timeout_.arm(monotonic_now() + kLingerTime);
  begin_exchange();
  if (co_await read_more()) co_await refuse(Errc::overloaded);
  timeout_.disarm();
}

net::Task<Connection::Next> Connection::serve_one() {
  // Bytes of a next request may be here already; the clock of its head then runs from now.
  idle_ = in_.empty();
  if (idle_) {
    if (context_.draining) co_return Next::close;
    timeout_.arm(monotonic_now() + context_.settings.keep_alive_timeout);
    if (!co_await read_more()) co_return Next::close;
    idle_ = false;
  }
  begin_exchange();
  timeout_.arm(exchange_.started + context_.settings.request_head_timeout);
  if (const auto head = co_await read_head(); !head) co_return co_await refuse(head.error().code);
  if (parser_.request().has_body) {
    if (const auto body = co_await read_body(); !body) co_return co_await refuse(body.error().code);
  }
  timeout_.disarm();

  const Request& request = parser_.request();
  exchange_.request = &request;
  exchange_.trace_id =
      telemetry::TraceId::choose(request.header("x-trace-id"), request.header("traceparent"));
  const Reply reply = co_await context_.handler.handle(exchange_);
  const bool keep = request.keep_alive && !context_.draining;
  const bool written = co_await write(reply, keep);
  end_exchange(written);
  if (!written || !keep) co_return Next::close;
  drop_consumed();
  co_return Next::keep;
}

net::Task<Result<>> Connection::read_head() {
  std::size_t searched = 0;
  for (;;) {
    // RFC 9112 §2.2: an empty line before the request line is to be ignored.
    while (in_.starts_with("\r\n")) in_.erase(0, 2);
    const auto size = parser_.find_head(in_, searched);
    if (!size) co_return std::unexpected(size.error());
    if (*size > 0) {
      head_size_ = *size;
      consumed_ = head_size_;
      co_return parser_.parse_head(std::string_view(in_).substr(0, head_size_));
    }
    if (!co_await read_more()) {
      co_return fail(timeout_.expired() ? Errc::request_timeout : Errc::connection_lost);
    }
  }
}

net::Task<Result<>> Connection::read_body() {
  if (parser_.request().expects_continue && in_.size() == head_size_) {
    const auto buffer = asio::buffer(kContinue.data(), kContinue.size());
    const auto [error, size] = co_await asio::async_write(socket_, buffer, net::use_task);
    if (error) co_return fail(Errc::connection_lost);
  }
  timeout_.arm(monotonic_now() + context_.settings.request_body_timeout);
  // The request's views point into in_, which therefore must not grow before the exchange ends: the
  // body is read into a buffer of its own, and what follows it waits in next_.
  const auto first = parser_.feed_body(std::string_view(in_).substr(head_size_));
  if (!first) co_return std::unexpected(first.error());
  consumed_ = head_size_ + *first;
  std::array<char, kReadBytes> chunk;
  while (!parser_.done()) {
    const auto buffer = asio::buffer(chunk);
    const auto [error, size] = co_await socket_.async_read_some(buffer, net::use_task);
    if (error) co_return fail(timeout_.expired() ? Errc::request_timeout : Errc::connection_lost);
    const std::string_view received(chunk.data(), size);
    const auto taken = parser_.feed_body(received);
    if (!taken) co_return std::unexpected(taken.error());
    next_ = received.substr(*taken);
  }
  co_return Result<>{};
}

net::Task<bool> Connection::read_more() {
  const auto used = in_.size();
  std::size_t received = 0;
  in_.resize_and_overwrite(used + kReadBytes, [&](char*, std::size_t size) { return size; });
  const auto buffer = asio::buffer(in_.data() + used, kReadBytes);
  const auto [error, size] = co_await socket_.async_read_some(buffer, net::use_task);
  if (!error) received = size;
  in_.resize(used + received);
  co_return received > 0;
}

net::Task<bool> Connection::write(const Reply& reply, bool keep_alive) {
  exchange_.status = reply.status;
  out_.clear();
  fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} {}\r\n", reply.status,
                 reason_phrase(reply.status));
  out_.append(date_field()).append(reply.fixed_fields).append(reply.fields);
  if (may_have_body(reply.status)) {
    fmt::format_to(std::back_inserter(out_), "Content-Length: {}\r\n", reply.body.size());
  }
  const bool http_10 = exchange_.request != nullptr && exchange_.request->minor_version == 0;
  if (!keep_alive) {
    out_ += "Connection: close\r\n";
  } else if (http_10) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
  const bool head_only = exchange_.request != nullptr && exchange_.request->method == Method::head;
  const std::string_view body =
      head_only || !may_have_body(reply.status) ? std::string_view{} : reply.body;
  exchange_.body_bytes = body.size();

  // Most answers fit the socket's buffer: one system call, and no suspension.
  const std::array buffers{asio::const_buffer(out_.data(), out_.size()),
                           asio::const_buffer(body.data(), body.size())};
  boost::system::error_code error;
  const auto written = socket_.write_some(buffers, error);
  if (error && error != asio::error::would_block) co_return false;
  if (written == out_.size() + body.size()) co_return true;
  co_return co_await write_rest(written, out_, body);
}

net::Task<bool> Connection::write_rest(std::size_t written, std::string_view head,
                                       std::string_view body) {
  while (written < head.size() + body.size()) {
    const auto head_left = head.substr(std::min(written, head.size()));
    const auto body_left = body.substr(written - std::min(written, head.size()));
    const std::array buffers{asio::const_buffer(head_left.data(), head_left.size()),
                             asio::const_buffer(body_left.data(), body_left.size())};
    timeout_.arm(monotonic_now() + context_.settings.write_stall_timeout);
    const auto [error, size] = co_await socket_.async_write_some(buffers, net::use_task);
    if (error) co_return false;
    written += size;
  }
  timeout_.disarm();
  co_return true;
}

net::Task<Connection::Next> Connection::refuse(Errc code) {
  exchange_.reason = code;
  const bool reachable = code != Errc::connection_lost && socket_.is_open();
  bool written = false;
  if (reachable) {
    if (exchange_.trace_id.text().empty()) exchange_.trace_id = telemetry::TraceId::random();
    const Reply reply = context_.handler.refuse(exchange_, code);
    written = co_await write(reply, false);
  }
  end_exchange(written);
  if (written) co_await linger();
  co_return Next::close;
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
    if (error) break;
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
  exchange_.started = monotonic_now();
  parser_.reset();
}

void Connection::end_exchange(bool written) {
  exchange_.ended = monotonic_now();
  if (!written && !exchange_.reason) exchange_.reason = Errc::connection_lost;
  // Nothing came at all, or only a part that the client gave up: there is no request to log.
  if (exchange_.request == nullptr && exchange_.status == 0) return;
  context_.handler.finished(exchange_);
}

void Connection::drop_consumed() {
  in_.erase(0, consumed_);
  in_ += next_;
  next_.clear();
  if (in_.capacity() > kKeepBufferBytes) in_.shrink_to_fit();
}

}  // namespace weir::http
