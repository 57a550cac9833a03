/// A pending read that a coroutine can await or an observer can watch. It detects a peer's
/// disconnect in every phase, without a second read or a timer.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "base/check.hpp"
#include "net/socket.hpp"
#include "net/suspend.hpp"
#include "net/task.hpp"

namespace weir::net {

/// Threads:      the socket's.
/// Lifetime:     stream and buffer outlive the read; the destructor CHECKs that none is pending:
///               close the socket and wait for the end first.
/// Cancellation: by closing or cancelling the socket; the read then ends with an error.
class PendingRead {
 public:
  /// Called when the read ends while no coroutine awaits it.
  struct Watcher {
    virtual void read_ended() = 0;

   protected:
    ~Watcher() = default;
  };

  PendingRead() = default;
  PendingRead(const PendingRead&) = delete;
  PendingRead& operator=(const PendingRead&) = delete;
  ~PendingRead() { CHECK(!pending_); }

  /// Begins to read into `room`. REQUIRES: no read is pending.
  template <class Stream>
  void start(Stream& stream, boost::asio::mutable_buffer room) {
    pending_ = true;
    stream.async_read_some(
        room, [this](boost::system::error_code error, std::size_t size) { end(error, size); });
  }

  [[nodiscard]] bool pending() const { return pending_; }

  /// Waits for the end of the read. REQUIRES: a read is pending, and nothing else awaits it.
  [[nodiscard]] Task<> ended() {
    return suspend([this](auto resume) { resume_ = std::move(resume); });
  }

  /// The result of the last read.
  [[nodiscard]] boost::system::error_code error() const { return error_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Null: no watcher. The callback may destroy this; nothing is accessed after it.
  void watch(Watcher* watcher) { watcher_ = watcher; }

 private:
  void end(boost::system::error_code error, std::size_t size) {
    pending_ = false;
    error_ = error;
    size_ = size;
    if (resume_) {
      std::exchange(resume_, nullptr)();
    } else if (watcher_ != nullptr) {
      watcher_->read_ended();
    }
  }

  bool pending_ = false;
  boost::system::error_code error_;
  std::size_t size_ = 0;
  std::move_only_function<void()> resume_;
  Watcher* watcher_ = nullptr;
};

}  // namespace weir::net
