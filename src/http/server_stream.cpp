#include "http/server_stream.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "http/tls_client.hpp"
#include "net/scratch.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 2048;  // a usual answer fits; longer ones go on in the scratch
constexpr std::size_t kTlsReadBytes = 16 << 10;  // a record

}  // namespace

struct ServerStream::Tls {
  Tls(net::Socket& socket, asio::ssl::context& context) : stream(socket, context) {}
  TlsStream stream;
};

void ServerStream::Deleter::operator()(ServerStream* stream) const { discard(stream); }

ServerStream::Ptr ServerStream::make(net::Executor executor, net::DeadlineSweeper& sweeper,
                                     std::size_t max_head_bytes) {
  return Ptr(std::make_unique<ServerStream>(Key(), executor, sweeper, max_head_bytes).release());
}

ServerStream::ServerStream(Key, net::Executor executor, net::DeadlineSweeper& sweeper,
                           std::size_t max_head_bytes)
    : socket_(executor), timeout_(*this), parser_(max_head_bytes) {
  sweeper.add(timeout_);
  reading_.watch(this);
}
ServerStream::~ServerStream() = default;

// The read under way holds the buffer: who began it ends it.
void ServerStream::discard(ServerStream* stream) {
  stream->timeout_.disarm();
  stream->idler_ = nullptr;
  boost::system::error_code ignored;
  stream->socket_.close(ignored);
  if (stream->reading_.pending()) {
    stream->dying_ = true;
  } else {
    delete stream;
  }
}

void ServerStream::Timeout::on_expired() {
  if (stream.idler_ != nullptr) {
    stream.idler_->idle_ended(stream);
  } else {
    stream.abort(why);
  }
}

net::Task<Result<>> ServerStream::connect(const net::Endpoints& endpoints, const Origin& origin,
                                          TlsClient* tls) {
  const auto [error, endpoint] = co_await asio::async_connect(socket_, endpoints, net::use_task);
  if (aborted_) co_return fail(*aborted_);
  if (error) co_return fail(Errc::upstream_unreachable, error.message());
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(net::Tcp::no_delay(true), ignored);
  if (tls == nullptr) co_return Result<>{};

  const auto context = tls->context();
  if (!context) co_return std::unexpected(context.error());
  tls_ = std::make_unique<Tls>(socket_, **context);
  tls->prepare(tls_->stream, origin.host);
  const auto [tls_error] =
      co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, net::use_task);
  if (aborted_) co_return fail(*aborted_);
  if (tls_error) co_return fail(Errc::upstream_tls_failed, tls_error.message());
  co_return Result<>{};
}

void ServerStream::abort(Errc why) {
  if (!aborted_) aborted_ = why;
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
  idler_ = nullptr;
  timeout_.disarm();
  parser_.reset();
  head_bytes_.clear();
  unread_ = {};
  early_ = nullptr;
  has_answered_ = false;
  ++calls_;
}

ServerStream::Sent ServerStream::send(std::span<const asio::const_buffer> pieces) {
  unsent_.set(pieces);
  if (tls_) return Sent::in_part;
  boost::system::error_code error;
  const auto size = socket_.write_some(unsent_.buffers(), error);
  if (error && error != asio::error::would_block) return Sent::failed;
  unsent_.drop(error ? 0 : size);
  return unsent_.empty() ? Sent::whole : Sent::in_part;
}

net::Task<Result<>> ServerStream::send_rest() {
  while (!unsent_.empty()) {
    const auto [error, size] =
        tls_ ? co_await tls_->stream.async_write_some(unsent_.buffers(), net::use_task)
             : co_await socket_.async_write_some(unsent_.buffers(), net::use_task);
    if (error) co_return broke("the connection closed within the request");
    unsent_.drop(size);
  }
  unsent_.forget_copy();
  co_return Result<>{};
}

void ServerStream::start_read() {
  waits_only_ = for_long_ && !tls_;
  if (waits_only_) {
    if (buffer_.capacity() > 0) std::string().swap(buffer_);
    reading_.start_wait(socket_);
    return;
  }
  const auto size = tls_ ? kTlsReadBytes : kReadBytes;
  if (buffer_.size() != size) buffer_.resize(size);
  if (tls_) {
    reading_.start(tls_->stream, asio::buffer(buffer_));
  } else {
    reading_.start(socket_, asio::buffer(buffer_));
  }
}

net::Task<> ServerStream::read_more() {
  if (!reading_.pending()) start_read();
  return reading_.ended();
}

// Told when nobody waits: an answer that comes while the request is still being sent, or a word, or
// the end, of an idle connection.
void ServerStream::read_ended() {
  if (dying_) {
    delete this;
    return;
  }
  has_read_ = true;
  if (idler_ != nullptr) {
    idler_->idle_ended(*this);
  } else if (early_ != nullptr) {
    std::exchange(early_, nullptr)->answered_early();
  }
}

void ServerStream::watch_for_early_answer(EarlyAnswer& early) {
  early_ = &early;
  if (!reading_.pending() && !has_read_) start_read();
}

Result<ServerStream::Bytes> ServerStream::take_bytes() {
  has_read_ = false;
  if (aborted_) return fail(*aborted_);
  const auto error = reading_.error();
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return Bytes{.closed = true};
  }
  if (error) return broke("the connection was reset");
  std::size_t size = 0;
  const auto room = net::scratch();
  if (!waits_only_) {
    size = reading_.size();
    if (tls_ || size < buffer_.size()) return Bytes{std::string_view(buffer_).substr(0, size)};
    std::memcpy(room.data(), buffer_.data(), size);
  }
  boost::system::error_code more_error;
  const auto more =
      socket_.read_some(asio::buffer(room.data() + size, room.size() - size), more_error);
  if (!more_error) return Bytes{std::string_view(room.data(), size + more)};
  if (more_error == asio::error::would_block || size > 0) {  // what ended it comes again
    return Bytes{std::string_view(room.data(), size)};
  }
  if (more_error == asio::error::eof) return Bytes{.closed = true};
  return broke("the connection was reset");
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
  for (;;) {
    const auto size = parser_.find_head(bytes);
    if (!size) return std::unexpected(size.error());
    if (*size == 0) {
      if (head_bytes_.empty()) head_bytes_ = bytes;
      return false;
    }
    if (auto parsed = parser_.parse_head(bytes.substr(0, *size)); !parsed) {
      return std::unexpected(std::move(parsed.error()));
    }
    bytes.remove_prefix(*size);
    const int status = parser_.head().status;
    if (status >= 200) break;
    // An interim answer. 101 was never asked for.
    if (status == 101) return fail(Errc::upstream_answer_invalid, "status 101");
    head_bytes_ = std::string(bytes);
    bytes = head_bytes_;
    parser_.reset();
  }
  unread_ = bytes;
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

bool ServerStream::reusable() const {
  return !aborted_ && socket_.is_open() && parser_.done() && parser_.head().keep_alive &&
         !parser_.has_surplus() && unsent_.empty() && !has_read_ && unread_.empty();
}

void ServerStream::become_idle(Idler& idler, MonotonicTime until) {
  for_long_ = false;
  idler_ = &idler;
  timeout_.arm(until);
  if (!reading_.pending()) start_read();
}

}  // namespace weir::http
