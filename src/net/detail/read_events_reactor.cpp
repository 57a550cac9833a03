#include "net/detail/read_events_reactor.hpp"

#include <boost/asio/detail/reactor.hpp>
#include <boost/version.hpp>

#include "net/readiness.hpp"

static_assert(BOOST_VERSION == 108100, "build with WEIR_PUBLIC_WAIT, or review this file");

namespace weir::net::detail {
namespace asio = boost::asio;
namespace {

using Reactor = asio::detail::reactor;

// Gives access to the socket's registration with the reactor.
struct Registered : Socket {
  static auto& of(Socket& socket) { return (socket.*(&Registered::impl_)).get_implementation(); }
};

}  // namespace

ReadEvents::ReadEvents(Socket& socket) : reactor_op({}, &perform, &complete), socket_(socket) {
  cancellation_key_ = this;
}

void ReadEvents::arm() {
  armed_ = true;
  reactor_ = &asio::use_service<Reactor>(socket_.get_executor().context());
  start();
}

// The operation stays with the reactor between events: an event without an operation would be lost.
void ReadEvents::start() {
  ec_ = {};
  starting_ = true;
  auto& registered = Registered::of(socket_);
  reactor_->start_op(Reactor::read_op, registered.socket_, registered.reactor_data_, this, true,
                     true);
  starting_ = false;
}

// Called when the operation is started, in case it can complete at once, and then at each event.
ReadEvents::status ReadEvents::perform(reactor_op* op) {
  return static_cast<ReadEvents*>(op)->starting_ ? not_done : done;
}

void ReadEvents::complete(void* owner, asio::detail::operation* op,
                          const boost::system::error_code& /*error*/, std::size_t /*size*/) {
  auto& self = *static_cast<ReadEvents*>(op);
  if (owner == nullptr) {
    self.armed_ = false;  // its io_context is being destroyed
    return;
  }
  if (self.socket_.is_open()) {
    self.start();
  } else {
    self.armed_ = false;
  }
  static_cast<Readiness&>(self).on_event();
}

void ReadEvents::notify() {
  if (!socket_.is_open()) return;  // the close is being reported
  auto& registered = Registered::of(socket_);
  reactor_->cancel_ops_by_key(registered.socket_, registered.reactor_data_, Reactor::read_op, this);
}

void ReadEvents::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace weir::net::detail
