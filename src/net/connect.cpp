#include "net/connect.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace weir::net {
namespace asio = boost::asio;
namespace {

using ErrorCode = boost::system::error_code;

// Returns in_progress if the connect is pending: then wait until the socket is writable.
ErrorCode begin_connect(Socket& socket, const Tcp::endpoint& endpoint) {
  ErrorCode error;
  socket.open(endpoint.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (error || ::connect(socket.native_handle(), endpoint.data(),
                         static_cast<socklen_t>(endpoint.size())) == 0) {
    return error;
  }
  return {errno, asio::error::get_system_category()};
}

// The result of a pending connect (connect(2), EINPROGRESS).
ErrorCode connect_error(Socket& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return {error, asio::error::get_system_category()};
}

}  // namespace

bool is_shortage_here(const ErrorCode& error, const Tcp::endpoint& endpoint) {
  switch (error.value()) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return true;
    case EADDRNOTAVAIL:
      // No port is left. With IPv6 the cause may also be that this machine has no such address.
      return endpoint.address().is_v4();
    default:
      return false;
  }
}

struct Connector::Race : std::enable_shared_from_this<Race> {
  Race(Executor executor, Endpoints to) : endpoints(std::move(to)), news(executor) {
    attempts.reserve(endpoints.size());
  }

  [[nodiscard]] bool more() const { return attempts.size() < endpoints.size(); }

  // Returns true if the next attempt is pending; false if it ended at once.
  bool begin_next() {
    const auto index = attempts.size();
    Socket& socket = attempts.emplace_back(news.get_executor());
    const auto error = begin_connect(socket, endpoints[index]);
    if (error != asio::error::in_progress) {
      end(index, error);
      return false;
    }
    ++under_way;
    socket.async_wait(Socket::wait_write, [self = shared_from_this(), index](ErrorCode waited) {
      --self->under_way;
      if (self->over()) return;
      self->end(index, waited ? waited : connect_error(self->attempts[index]));
      self->news.cancel();
    });
    return true;
  }

  void end(std::size_t index, const ErrorCode& error) {
    ErrorCode ignored;
    if (!error) {
      winner = index;
      return;
    }
    attempts[index].close(ignored);
    // A failure caused by the server is more informative than a shortage on this machine.
    if (!failure || shortage_here) {
      failure = error;
      shortage_here = is_shortage_here(error, endpoints[index]);
    }
  }

  [[nodiscard]] bool over() const { return cancelled || winner; }

  void close_all() {
    ErrorCode ignored;
    for (Socket& socket : attempts) socket.close(ignored);
  }

  const Endpoints endpoints;
  Timer news;                    ///< cancelled when an attempt ends
  std::vector<Socket> attempts;  ///< never moved: reserved in full at the start
  std::size_t under_way = 0;
  std::optional<std::size_t> winner;
  std::optional<ErrorCode> failure;
  bool shortage_here = false;
  bool cancelled = false;
};

Connector::Connector(Executor executor, Endpoints endpoints)
    : race_(std::make_shared<Race>(executor, std::move(endpoints))) {}
Connector::~Connector() { cancel(); }

void Connector::cancel() {
  race_->cancelled = true;
  race_->close_all();
  race_->news.cancel();
}

Task<Result<Connector::Connected>> Connector::connect(MonotonicTime deadline) {
  Race& race = *race_;
  while (!race.over() && (race.more() || race.under_way > 0)) {
    const auto now = monotonic_now();
    if (now >= deadline) {
      cancel();
    } else if (!race.more() || race.begin_next()) {
      race.news.expires_at(race.more() ? std::min(deadline, now + kHeadStart) : deadline);
      co_await race.news.async_wait(use_task);
    }
  }
  if (race.cancelled)
    co_return fail(Errc::deadline_exceeded, "the connection was not established in time");
  if (race.winner) {
    Connected connected{std::move(race.attempts[*race.winner]), *race.winner};
    race.close_all();
    co_return connected;
  }
  co_return fail(race.shortage_here ? Errc::overloaded : Errc::upstream_unreachable,
                 race.failure.value_or(asio::error::host_unreachable).message());
}

}  // namespace weir::net
