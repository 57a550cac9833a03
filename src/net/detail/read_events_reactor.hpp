/// Read events through an operation on Asio's reactor, which is not public: for one version of
/// Boost.
#pragma once

#include <cstddef>

#include <boost/asio/detail/reactor_op.hpp>

#include "base/check.hpp"
#include "net/socket.hpp"

namespace boost::asio::detail {
class epoll_reactor;
}

namespace weir::net::detail {

/// Calls `Readiness::on_event` at each event. The operation stays with the reactor from one event
/// to the next, so the descriptor is registered once and nothing is allocated.
///
/// Source: docs/decisions/0023-readiness.md.
class ReadEvents : private boost::asio::detail::reactor_op {
 protected:
  explicit ReadEvents(Socket& socket);
  ReadEvents(const ReadEvents&) = delete;
  ReadEvents& operator=(const ReadEvents&) = delete;
  ~ReadEvents() { CHECK(!armed_); }

  [[nodiscard]] bool armed() const { return armed_; }
  void arm();
  /// Something was read, or a read found nothing.
  void after_read() {}
  void notify();
  void close();

 private:
  static status perform(reactor_op* op);
  static void complete(void* owner, boost::asio::detail::operation* op,
                       const boost::system::error_code& error, std::size_t size);
  void start();

  Socket& socket_;
  boost::asio::detail::epoll_reactor* reactor_ = nullptr;  // of the socket's context, while armed
  bool armed_ = false;
  bool starting_ = false;
};

}  // namespace weir::net::detail
