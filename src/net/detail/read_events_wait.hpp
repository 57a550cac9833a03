/// Read events through Asio's public `async_wait`, which re-arms the descriptor each time: for
/// every version of Boost.
#pragma once

#include <boost/system/error_code.hpp>

#include "base/check.hpp"
#include "net/socket.hpp"

namespace weir::net::detail {

/// Calls `Readiness::on_event` at each event. A wait is pending unless its event was reported and
/// nothing has been read since: a new one would end at once, again and again.
///
/// Source: docs/decisions/0023-readiness.md.
class ReadEvents {
 protected:
  explicit ReadEvents(Socket& socket) : socket_(socket) {}
  ReadEvents(const ReadEvents&) = delete;
  ReadEvents& operator=(const ReadEvents&) = delete;
  ~ReadEvents() { CHECK(!is_pending()); }

  [[nodiscard]] bool armed() const { return armed_; }
  void arm();
  /// Something was read, or a read found nothing.
  void after_read() {
    if (armed_ && !waiting_) wait();
  }
  void notify();
  void close();

 private:
  class Event;

  [[nodiscard]] bool is_pending() const { return waiting_ || posted_; }
  void wait();
  void post();
  void ended(const boost::system::error_code& error);

  Socket& socket_;
  bool armed_ = false;
  bool waiting_ = false;
  bool posted_ = false;
};

}  // namespace weir::net::detail
