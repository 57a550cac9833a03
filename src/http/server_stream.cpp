#include "http/server_stream.hpp"

#include <utility>

#include "http/reply.hpp"
#include "http/tls_client.hpp"
#include "net/connect.hpp"
#include "net/scratch.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kTurnBytes = 1 << 20;

}  // namespace

void ServerStream::Deleter::operator()(ServerStream* stream) const { discard(stream); }

ServerStream::Ptr ServerStream::make(net::Executor executor, net::DeadlineSweeper& sweeper,
                                     std::size_t max_head_bytes) {
  return Ptr(std::make_unique<ServerStream>(Key(), executor, sweeper, max_head_bytes).release());
}

ServerStream::ServerStream(Key, net::Executor executor, net::DeadlineSweeper& sweeper,
                           std::size_t max_head_bytes)
    : stream_(net::Socket(executor)),
      timeout_(sweeper, *this),
      recheck_(sweeper, *this),
      parser_(max_head_bytes),
      head_{.max_bytes = max_head_bytes} {
  stream_.readiness().watch(this);
}
ServerStream::~ServerStream() = default;

// The stream must live until the close has been reported.
void ServerStream::discard(ServerStream* stream) {
  stream->timeout_.disarm();
  stream->recheck_.disarm();
  stream->observers_.idle = nullptr;
  stream->stream_.close();
  if (stream->stream_.readiness().armed()) {
    stream->dying_ = true;
  } else {
    delete stream;
  }
}

void ServerStream::Timeout::on_expired() {
  if (stream.observers_.idle != nullptr) {
    stream.observers_.idle->idle_ended(stream);
  } else {
    stream.abort(why);
  }
}

void ServerStream::Recheck::on_expired() {
  net::Stream& connection = stream.stream_;
  if (connection.socket().is_open() && connection.peer_has_closed())
    connection.readiness().notify();
}

net::Task<Result<std::size_t>> ServerStream::connect(net::Endpoints endpoints, const Origin& origin,
                                                     TlsClient* tls) {
  if (aborted_) co_return fail(*aborted_);
  net::Connector connector(stream_.socket().get_executor(), std::move(endpoints));
  std::optional<net::Interrupt::Scope> scope(std::in_place, interrupt_, connector);
  auto connecting = connector.connect();
  auto connected = co_await std::move(connecting);
  scope.reset();
  if (aborted_) co_return fail(*aborted_);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  stream_.start(std::move(connected->socket));
  if (tls != nullptr) {
    auto shaking = shake_hands(origin, *tls);
    auto shaken = co_await std::move(shaking);
    if (aborted_) co_return fail(*aborted_);
    if (!shaken) co_return std::unexpected(std::move(shaken.error()));
  }
  co_return connected->index;
}

net::Task<Result<>> ServerStream::shake_hands(const Origin& origin, TlsClient& tls) {
  auto loading = tls.context(interrupt_);
  const auto context = co_await std::move(loading);
  if (!context) co_return std::unexpected(context.error());
  if (!stream_.socket().is_open()) co_return fail(Errc::connection_lost);
  auto shaking = stream_.shake_hands(
      std::make_unique<net::TlsSession>(*context, origin.host, stream_.socket().native_handle()));
  auto problem = co_await std::move(shaking);
  if (!problem.empty()) co_return fail(Errc::upstream_tls_failed, std::move(problem));
  co_return Result<>{};
}

void ServerStream::abort(Errc why) {
  if (!aborted_) aborted_ = why;
  interrupt_.fire();
  stream_.close();
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
  observers_.idle = nullptr;
  timeout_.disarm();
  parser_.reset();
  head_.bytes.clear();
  head_.unread = {};
  observers_.early = nullptr;
  closes_behind_ = has_answered_ = may_switch_ = false;
  head_.interim_bytes = 0;
  ++calls_;
}

ServerStream::Sent ServerStream::send(std::span<const asio::const_buffer> pieces) {
  const auto buffers = padded<kBuffers>(pieces);
  const auto size = stream_.write_some(buffers);
  if (!size) return Sent::failed;
  unsent_.set(buffers, *size);
  return unsent_.empty() ? Sent::whole : Sent::partial;
}

net::Task<Result<>> ServerStream::send_rest() {
  while (!unsent_.empty()) {
    const bool writable = co_await stream_.writable();
    const auto size = writable ? stream_.write_some(unsent_.next()) : std::nullopt;
    if (!size) co_return broke("the connection closed within the request");
    unsent_.drop(*size);
  }
  unsent_.forget();
  co_return Result<>{};
}

bool ServerStream::must_wait() const { return stream_.readiness().must_wait(kTurnBytes); }

bool ServerStream::answers_early() {
  if (!stream_.readiness().ready()) return false;
  if (aborted_ || stream_.peek() != net::Waiting::nothing) return true;
  stream_.readiness().drained();
  return false;
}

// Called when no coroutine waits: for an answer that begins while the request is still being sent,
// or for bytes or the end of an idle connection.
void ServerStream::became_ready() {
  if (dying_) {
    if (!stream_.readiness().armed()) delete this;
    return;
  }
  if (observers_.idle == nullptr && observers_.early == nullptr) return;
  if (!answers_early()) return;  // everything reported has been read
  if (observers_.idle != nullptr) {
    observers_.idle->idle_ended(*this);
  } else {
    std::exchange(observers_.early, nullptr)->answered_early();
  }
}

void ServerStream::watch_for_early_answer(EarlyAnswer& early) { observers_.early = &early; }

// A TLS stream that is cut off is an error: anyone on the path can end a connection, but only the
// server can end the answer (RFC 9112 §9.8).
Result<ServerStream::Bytes> ServerStream::take_bytes() {
  if (aborted_) return fail(*aborted_);
  const auto read = stream_.read_some(net::scratch());
  if (read.end == net::Stream::End::orderly) return Bytes{.closed = true};
  if (read.end == net::Stream::End::broken) return broke("the connection was reset");
  auto& readiness = stream_.readiness();
  if (!readiness.ready() && !read.bytes.empty()) {
    // A server that closes after its answer may have done so already; otherwise the sweep finds it.
    if (closes_behind_) readiness.look_again();
    recheck_.arm_for_next_sweep();
  }
  return Bytes{read.bytes};
}

Result<bool> ServerStream::take_head() {
  auto read = take_bytes();
  if (!read) return std::unexpected(std::move(read.error()));
  if (read->closed) return broke("the connection closed before the answer");
  std::string_view bytes = read->text;
  has_answered_ = has_answered_ || !bytes.empty();
  if (!head_.bytes.empty()) {
    head_.bytes += bytes;
    bytes = head_.bytes;
  }
  for (bool skipped = false;; skipped = true) {
    const auto size = parser_.find_head(bytes);
    if (!size) return std::unexpected(size.error());
    if (*size == 0) {
      if (skipped || head_.bytes.empty()) head_.bytes = std::string(bytes);
      return false;
    }
    if (auto parsed = parser_.parse_head(bytes.substr(0, *size)); !parsed) {
      return std::unexpected(std::move(parsed.error()));
    }
    bytes.remove_prefix(*size);
    const int status = parser_.head().status;
    if (status >= 200 || has_switched()) break;
    // An interim answer. 101 is invalid unless an upgrade was requested.
    if (status == kSwitchingProtocols) return fail(Errc::upstream_answer_invalid, "status 101");
    head_.interim_bytes += *size;
    if (head_.interim_bytes > head_.max_bytes) {
      return fail(Errc::upstream_answer_invalid, "too many interim responses");
    }
    parser_.reset();
  }
  head_.unread = bytes;
  closes_behind_ = !parser_.head().keep_alive;
  if (closes_behind_) stream_.readiness().look_again();
  return true;
}

bool ServerStream::has_switched() const {
  return may_switch_ && parser_.head().status == kSwitchingProtocols;
}

Result<std::string_view> ServerStream::take_raw() {
  const auto read = take_bytes();
  if (!read) return std::unexpected(read.error());
  if (read->closed) return broke("the connection closed within the session");
  return read->text;
}

// A head that arrived in more than one read has been copied already.
void ServerStream::keep_head() {
  if (head_.bytes.empty()) parser_.keep_fields(head_.bytes);
}

Result<std::string_view> ServerStream::take_unread() {
  return parser_.unframe(std::exchange(head_.unread, {}));
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
  return !aborted_ && !has_switched() && stream_.socket().is_open() && parser_.done() &&
         parser_.head().keep_alive && !parser_.has_surplus() && unsent_.empty() &&
         head_.unread.empty() && !answers_early();
}

void ServerStream::become_idle(IdleObserver& observer, MonotonicTime until) {
  observers_.idle = &observer;
  timeout_.arm(until);
}

}  // namespace weir::http
