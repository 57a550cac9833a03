#include "net/detail/read_events_wait.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "net/readiness.hpp"

namespace weir::net::detail {
namespace asio = boost::asio;

// The handler of a wait or of a post. Asio destroys it uncalled with the io_context.
class ReadEvents::Event {
 public:
  Event(ReadEvents& events, bool& pending) : events_(&events), pending_(&pending) {
    *pending_ = true;
  }
  Event(Event&& other) noexcept
      : events_(std::exchange(other.events_, nullptr)), pending_(other.pending_) {}
  Event(const Event&) = delete;
  Event& operator=(Event&&) = delete;
  ~Event() {
    if (events_ == nullptr) return;
    *pending_ = false;
    events_->armed_ = events_->is_pending();
  }

  void operator()(const boost::system::error_code& error = {}) {
    *pending_ = false;
    std::exchange(events_, nullptr)->ended(error);
  }

 private:
  ReadEvents* events_;
  bool* pending_;
};

void ReadEvents::arm() {
  armed_ = true;
  wait();
}

void ReadEvents::wait() {
  if (socket_.is_open()) socket_.async_wait(Socket::wait_read, Event(*this, waiting_));
}

void ReadEvents::post() { asio::post(socket_.get_executor(), Event(*this, posted_)); }

void ReadEvents::ended(const boost::system::error_code& error) {
  if (!socket_.is_open()) {
    if (is_pending()) return;  // the last one reports the close
    armed_ = false;
  } else if (error == asio::error::operation_aborted) {
    wait();  // cancelled: there may be nothing to read
  }
  static_cast<Readiness&>(*this).on_event();
}

void ReadEvents::notify() {
  if (armed_ && !posted_ && socket_.is_open()) post();
}

void ReadEvents::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (armed_ && !is_pending()) post();
}

}  // namespace weir::net::detail
