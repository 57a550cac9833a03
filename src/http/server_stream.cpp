#include "http/server_stream.hpp"

#include <utility>

#include "http/tls_client.hpp"
#include "net/connect.hpp"
#include "net/scratch.hpp"
#include "net/send.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kTurnBytes = 1 << 20;
constexpr std::size_t kTlsReadBytes = 16 << 10;  // one record

}  // namespace

// Reading TLS does not show whether the socket is empty, so a read is pending at all times.
struct ServerStream::Tls {
  Tls(net::Socket& socket, asio::ssl::context& context) : stream(socket, context) {}

  void start_read() {
    if (buffer.empty()) buffer.resize(kTlsReadBytes);
    reading.start(stream, asio::buffer(buffer));
  }

  TlsStream stream;
  net::PendingRead reading;
  std::string buffer;
  bool has_read = false;
};

void ServerStream::Deleter::operator()(ServerStream* stream) const { discard(stream); }

ServerStream::Ptr ServerStream::make(net::Executor executor, net::DeadlineSweeper& sweeper,
                                     std::size_t max_head_bytes) {
  return Ptr(std::make_unique<ServerStream>(Key(), executor, sweeper, max_head_bytes).release());
}

ServerStream::ServerStream(Key, net::Executor executor, net::DeadlineSweeper& sweeper,
                           std::size_t max_head_bytes)
    : socket_(executor),
      readiness_(socket_),
      timeout_(sweeper, *this),
      recheck_(sweeper, *this),
      max_head_bytes_(max_head_bytes),
      parser_(max_head_bytes) {
  readiness_.watch(this);
}
ServerStream::~ServerStream() = default;

bool ServerStream::is_used() const {
  return readiness_.armed() || (tls_ && tls_->reading.pending());
}

// Pending operations are notified of the close, and the stream must live until then.
void ServerStream::discard(ServerStream* stream) {
  stream->timeout_.disarm();
  stream->recheck_.disarm();
  stream->idle_observer_ = nullptr;
  boost::system::error_code ignored;
  stream->socket_.close(ignored);
  if (stream->is_used()) {
    stream->dying_ = true;
  } else {
    delete stream;
  }
}

void ServerStream::Timeout::on_expired() {
  if (stream.idle_observer_ != nullptr) {
    stream.idle_observer_->idle_ended(stream);
  } else {
    stream.abort(why);
  }
}

void ServerStream::Recheck::on_expired() {
  if (stream.socket_.is_open() && net::peer_has_closed(stream.socket_)) stream.readiness_.notify();
}

net::Task<Result<std::size_t>> ServerStream::connect(net::Endpoints endpoints, const Origin& origin,
                                                     TlsClient* tls) {
  if (aborted_) co_return fail(*aborted_);
  net::Connector connector(socket_.get_executor(), std::move(endpoints));
  connector_ = &connector;
  auto connecting = connector.connect();
  auto connected = co_await std::move(connecting);
  connector_ = nullptr;
  if (aborted_) co_return fail(*aborted_);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  socket_ = std::move(connected->socket);
  boost::system::error_code ignored;
  socket_.set_option(net::Tcp::no_delay(true), ignored);
  if (tls == nullptr) {
    // The server may have sent bytes, or closed, while the connection was established.
    readiness_.arm(true);
    co_return connected->index;
  }

  const auto context = co_await tls->context();
  if (aborted_) co_return fail(*aborted_);
  if (!context) co_return std::unexpected(context.error());
  tls_ = std::make_unique<Tls>(socket_, **context);
  tls_->reading.watch(this);
  tls->prepare(tls_->stream, origin.host);
  const auto [tls_error] =
      co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, net::use_task);
  if (aborted_) co_return fail(*aborted_);
  if (tls_error) co_return fail(Errc::upstream_tls_failed, tls_error.message());
  co_return connected->index;
}

void ServerStream::abort(Errc why) {
  if (!aborted_) aborted_ = why;
  if (connector_ != nullptr) connector_->cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void ServerStream::arm(MonotonicTime at, Errc why) {
  timeout_.why = why;
  timeout_.arm(at);
}

std::unexpected<Error> ServerStream::broke(const char* why) const {
  if (aborted_) return fail(*aborted_);
  return fail(Errc::upstream_broke, why);
}

// ---- a call

void ServerStream::begin() {
  idle_observer_ = nullptr;
  timeout_.disarm();
  parser_.reset();
  head_bytes_.clear();
  unread_ = {};
  early_ = nullptr;
  closes_behind_ = has_answered_ = false;
  interim_bytes_ = 0;
  ++calls_;
}

ServerStream::Sent ServerStream::send(std::span<const asio::const_buffer> pieces) {
  const auto buffers = padded<kBuffers>(pieces);
  const auto size = tls_ ? std::optional<std::size_t>(0) : net::send_some(socket_, buffers);
  if (!size) return Sent::failed;
  unsent_.set(buffers, *size);
  return unsent_.empty() ? Sent::whole : Sent::partial;
}

net::Task<Result<>> ServerStream::send_rest() {
  while (!unsent_.empty()) {
    const auto [error, size] =
        tls_ ? co_await tls_->stream.async_write_some(unsent_.next(), net::use_task)
             : co_await socket_.async_write_some(unsent_.next(), net::use_task);
    if (error) co_return broke("the connection closed within the request");
    unsent_.drop(size);
  }
  unsent_.forget();
  co_return Result<>{};
}

bool ServerStream::must_wait() const {
  return tls_ ? !tls_->has_read : readiness_.must_wait(kTurnBytes);
}

net::Task<> ServerStream::read_more() {
  if (!tls_) return readiness_.wait();
  if (!tls_->reading.pending()) tls_->start_read();
  return tls_->reading.ended();
}

bool ServerStream::answers_early() {
  if (tls_ ? !tls_->has_read : !readiness_.ready()) return false;
  if (tls_ || aborted_ || net::peek(socket_) != net::Waiting::nothing) return true;
  readiness_.drained();
  return false;
}

// Called when no coroutine waits: for an answer that begins while the request is still being sent,
// or for bytes or the end of an idle connection.
void ServerStream::became_ready() {
  if (dying_) {
    if (!is_used()) delete this;
    return;
  }
  if (tls_) tls_->has_read = true;
  if (idle_observer_ == nullptr && early_ == nullptr) return;
  if (!answers_early()) return;  // everything reported has been read
  if (idle_observer_ != nullptr) {
    idle_observer_->idle_ended(*this);
  } else {
    std::exchange(early_, nullptr)->answered_early();
  }
}

void ServerStream::watch_for_early_answer(EarlyAnswer& early) {
  early_ = &early;
  if (tls_ && !tls_->reading.pending() && !tls_->has_read) tls_->start_read();
}

Result<ServerStream::Bytes> ServerStream::take_tls_bytes() {
  tls_->has_read = false;
  const auto error = tls_->reading.error();
  if (error == asio::error::eof) return Bytes{.closed = true};
  // A truncated TLS stream is treated alike: anyone on the path can end a connection, but only the
  // server can end the answer (RFC 9112 §9.8).
  if (error) return broke("the connection was reset");
  return Bytes{std::string_view(tls_->buffer).substr(0, tls_->reading.size())};
}

Result<ServerStream::Bytes> ServerStream::take_bytes() {
  if (aborted_) return fail(*aborted_);
  if (tls_) return take_tls_bytes();
  const auto room = net::scratch();
  boost::system::error_code error;
  const auto size = socket_.read_some(asio::buffer(room.data(), room.size()), error);
  if (error == asio::error::would_block) {
    readiness_.drained();
    return Bytes{};
  }
  if (error == asio::error::eof) return Bytes{.closed = true};
  if (error) return broke("the connection was reset");
  readiness_.count(size);
  if (size < room.size()) {
    // A server that closes after its answer may have done so already; otherwise the sweep finds it.
    if (!closes_behind_) readiness_.drained();
    recheck_.arm_for_next_sweep();
  }
  return Bytes{std::string_view(room.data(), size)};
}

Result<bool> ServerStream::take_head() {
  auto read = take_bytes();
  if (!read) return std::unexpected(std::move(read.error()));
  if (read->closed) return broke("the connection closed before the answer");
  std::string_view bytes = read->text;
  has_answered_ = has_answered_ || !bytes.empty();
  if (!head_bytes_.empty()) {
    head_bytes_ += bytes;
    bytes = head_bytes_;
  }
  for (bool skipped = false;; skipped = true) {
    const auto size = parser_.find_head(bytes);
    if (!size) return std::unexpected(size.error());
    if (*size == 0) {
      if (skipped || head_bytes_.empty()) head_bytes_ = std::string(bytes);
      return false;
    }
    if (auto parsed = parser_.parse_head(bytes.substr(0, *size)); !parsed) {
      return std::unexpected(std::move(parsed.error()));
    }
    bytes.remove_prefix(*size);
    const int status = parser_.head().status;
    if (status >= 200) break;
    // An interim answer. 101 is invalid, since no upgrade was requested.
    if (status == 101) return fail(Errc::upstream_answer_invalid, "status 101");
    interim_bytes_ += *size;
    if (interim_bytes_ > max_head_bytes_) {
      return fail(Errc::upstream_answer_invalid, "too many interim responses");
    }
    parser_.reset();
  }
  unread_ = bytes;
  closes_behind_ = !parser_.head().keep_alive;
  if (closes_behind_ && !tls_) readiness_.look_again();
  return true;
}

Result<std::string_view> ServerStream::take_unread() {
  return parser_.unframe(std::exchange(unread_, {}));
}

Result<std::string_view> ServerStream::take_piece() {
  const auto read = take_bytes();
  if (!read) return std::unexpected(read.error());
  if (!read->closed) return parser_.unframe(read->text);
  if (auto ended = parser_.end_of_stream(); !ended) return std::unexpected(ended.error());
  return std::string_view{};
}

// ---- idleness

bool ServerStream::reusable() {
  return !aborted_ && socket_.is_open() && parser_.done() && parser_.head().keep_alive &&
         !parser_.has_surplus() && unsent_.empty() && unread_.empty() && !answers_early();
}

void ServerStream::become_idle(IdleObserver& observer, MonotonicTime until) {
  idle_observer_ = &observer;
  timeout_.arm(until);
  if (tls_ && !tls_->reading.pending()) tls_->start_read();
}

}  // namespace weir::http
