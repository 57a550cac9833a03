#include "redis/connection.hpp"

#include <array>
#include <utility>

#include "net/connect.hpp"
#include "net/resolve.hpp"
#include "net/tls_client_context.hpp"

namespace weir::redis {

// Closes the stream when its time is over.
struct Connection::Watch {
  Watch(net::Executor executor, std::shared_ptr<net::Stream> watched)
      : timer(executor), stream(std::move(watched)) {}

  static void arm(const std::shared_ptr<Watch>& watch, MonotonicTime deadline) {
    watch->timer.expires_at(deadline);
    watch->timer.async_wait([watch](const boost::system::error_code& error) {
      if (error || watch->is_over) return;
      watch->has_expired = true;
      watch->stream->close();
    });
  }

  net::Timer timer;
  std::shared_ptr<net::Stream> stream;
  bool has_expired = false;
  bool is_over = false;
};

Connection::Connection(const Url& url, std::string ca_file, net::WorkerPool& pool,
                       net::Executor executor)
    : url_(url),
      ca_file_(std::move(ca_file)),
      pool_(pool),
      executor_(executor),
      stream_(std::make_shared<net::Stream>(net::Socket(executor))),
      watch_(std::make_shared<Watch>(executor, stream_)) {}

Connection::~Connection() {
  watch_->is_over = true;
  watch_->timer.cancel();
}

std::unexpected<Error> Connection::lost() const {
  if (watch_->has_expired) {
    return fail(Errc::deadline_exceeded, "the server of limits did not answer in time");
  }
  return fail(Errc::connection_lost, "the connection to the server of limits was lost");
}

net::Task<Result<>> Connection::open(MonotonicTime deadline) {
  auto connecting = connect(deadline);
  auto connected = co_await std::move(connecting);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  std::vector<std::vector<std::string>> greetings;
  if (!url_.password.reveal().empty()) {
    std::vector<std::string> login{"AUTH", std::string(url_.password.reveal())};
    if (!url_.user.empty()) login.insert(login.begin() + 1, url_.user);
    greetings.push_back(std::move(login));
  }
  if (url_.database != 0) greetings.push_back({"SELECT", std::to_string(url_.database)});
  for (auto& greeting : greetings) {
    auto calling = call(std::move(greeting), deadline);
    const auto answer = co_await std::move(calling);
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->kind == codec::RespValue::Kind::error) {
      co_return fail(Errc::upstream_unreachable, "the server of limits refused: " + answer->text);
    }
  }
  co_return Result<>{};
}

net::Task<Result<>> Connection::connect(MonotonicTime deadline) {
  net::Interrupt never;
  auto resolving = net::resolve(pool_, url_.host, url_.port, deadline, never);
  auto endpoints = co_await std::move(resolving);
  if (!endpoints) co_return std::unexpected(std::move(endpoints.error()));
  net::Connector connector(executor_, std::move(*endpoints));
  auto connecting = connector.connect(deadline);
  auto connected = co_await std::move(connecting);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  stream_->start(std::move(connected->socket));
  if (!url_.tls) co_return Result<>{};
  auto load = [file = ca_file_] { return net::TlsClientContext::open(file); };
  auto loading = pool_.run(std::move(load));
  auto context = co_await std::move(loading);
  if (!context) co_return fail(Errc::upstream_tls_failed, std::move(context.error()));
  Watch::arm(watch_, deadline);
  auto session =
      std::make_unique<net::TlsSession>(*context, url_.host, stream_->socket().native_handle());
  auto shaking = stream_->shake_hands(std::move(session));
  auto problem = co_await std::move(shaking);
  watch_->timer.cancel();
  if (watch_->has_expired) co_return lost();
  if (!problem.empty()) co_return fail(Errc::upstream_tls_failed, std::move(problem));
  co_return Result<>{};
}

net::Task<Result<codec::RespValue>> Connection::call(std::vector<std::string> arguments,
                                                     MonotonicTime deadline) {
  Watch::arm(watch_, deadline);
  const auto text = codec::format_resp(arguments);
  auto sending = send(text);
  const bool is_sent = co_await std::move(sending);
  if (!is_sent) co_return lost();
  auto receiving = receive();
  auto value = co_await std::move(receiving);
  watch_->timer.cancel();
  co_return value;
}

net::Task<bool> Connection::send(const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const std::array pieces{
        boost::asio::const_buffer(boost::asio::buffer(text.data() + sent, text.size() - sent))};
    const auto size = stream_->write_some(pieces);
    if (!size) co_return false;
    sent += *size;
    if (sent == text.size()) break;
    auto waiting = stream_->writable();
    const bool is_writable = co_await std::move(waiting);
    if (!is_writable) co_return false;
  }
  co_return true;
}

net::Task<Result<codec::RespValue>> Connection::receive() {
  std::array<char, 16 << 10> room;
  for (;;) {
    auto reply = codec::parse_resp(unread_);
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    if (*reply) {
      unread_.erase(0, (*reply)->size);
      co_return std::move((*reply)->value);
    }
    if (!stream_->readiness().armed()) co_return lost();
    if (stream_->readiness().must_wait(room.size())) {
      auto waiting = stream_->readiness().wait();
      co_await std::move(waiting);
    }
    const auto read = stream_->read_some(room);
    unread_ += read.bytes;
    if (read.bytes.empty() && read.end != net::Stream::End::none) co_return lost();
  }
}

net::Task<> Connection::close() {
  watch_->is_over = true;
  watch_->timer.cancel();
  stream_->close();
  while (stream_->readiness().armed()) {
    auto waiting = stream_->readiness().wait();
    co_await std::move(waiting);
  }
}

}  // namespace weir::redis
