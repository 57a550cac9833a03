#include "net/readiness.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/detail/reactor.hpp>
#include <boost/version.hpp>

// Asio's own `async_wait` arms the descriptor with a system call each time, and its
// `async_read_some` begins with a read that finds nothing. This uses Asio's internals instead.
static_assert(BOOST_VERSION == 108100, "look at Asio's reactor_op and epoll_reactor again");

namespace weir::net {
namespace asio = boost::asio;
namespace {

using Reactor = asio::detail::reactor;

// Gives access to the socket's registration with the reactor.
struct Registered : Socket {
  static auto& of(Socket& socket) { return (socket.*(&Registered::impl_)).get_implementation(); }
};

Reactor& reactor_of(Socket& socket) {
  return asio::use_service<Reactor>(socket.get_executor().context());
}

}  // namespace

Readiness::Readiness(Socket& socket) : reactor_op({}, &perform, &complete), socket_(socket) {
  cancellation_key_ = this;
}

void Readiness::arm(bool ready) {
  CHECK(!armed_);
  armed_ = true;
  ready_ = ready;
  start();
}

// The operation stays with the reactor between events: an event without an operation would be lost.
void Readiness::start() {
  ec_ = {};
  starting_ = true;
  auto& registered = Registered::of(socket_);
  reactor_of(socket_).start_op(Reactor::read_op, registered.socket_, registered.reactor_data_, this,
                               true, true);
  starting_ = false;
}

// Called when the operation is started, in case it can complete at once, and then at each event.
Readiness::status Readiness::perform(reactor_op* op) {
  return static_cast<Readiness*>(op)->starting_ ? not_done : done;
}

void Readiness::complete(void* owner, asio::detail::operation* op,
                         const boost::system::error_code& /*error*/, std::size_t /*size*/) {
  auto& self = *static_cast<Readiness*>(op);
  if (owner != nullptr) {
    self.on_ready();
  } else {
    self.armed_ = false;  // its io_context is being destroyed
  }
}

void Readiness::on_ready() {
  ready_ = true;
  if (socket_.is_open()) {
    start();
  } else {
    armed_ = false;
  }
  if (resume_) {
    std::exchange(resume_, nullptr)();
  } else if (watcher_ != nullptr) {
    watcher_->became_ready();
  }
}

void Readiness::begin_wait() {
  in_turn_bytes_ = 0;
  if (ready_) notify();
}

void Readiness::notify() {
  if (!socket_.is_open()) return;  // the close is being reported
  auto& registered = Registered::of(socket_);
  reactor_of(socket_).cancel_ops_by_key(registered.socket_, registered.reactor_data_,
                                        Reactor::read_op, this);
}

bool peer_has_closed(Socket& socket) {
  pollfd asked{socket.native_handle(), POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0;
}

Waiting peek(Socket& socket) {
  char first = 0;
  const auto size = ::recv(socket.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size > 0) return Waiting::bytes;
  return size < 0 && (errno == EAGAIN || errno == EINTR) ? Waiting::nothing : Waiting::end;
}

}  // namespace weir::net
