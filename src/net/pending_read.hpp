/// One read under way that a coroutine can wait for and that others can be told of: how a peer that
/// leaves is noticed in every phase, without a second read or a timer.
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
/// Lifetime:     stream and room outlive the read; the destructor CHECKs that none is under way:
///               close the socket and wait for the end first.
/// Cancellation: by closing or cancelling the socket; the read then ends with an error.
class PendingRead {
 public:
  /// Told when the read ends while no coroutine waits for it.
  struct Watcher {
    virtual void read_ended() = 0;

   protected:
    ~Watcher() = default;
  };

  PendingRead() = default;
  PendingRead(const PendingRead&) = delete;
  PendingRead& operator=(const PendingRead&) = delete;
  ~PendingRead() { CHECK(!pending_); }

  /// Begins to read into `room`. REQUIRES: no read is under way.
  template <class Stream>
  void start(Stream& stream, boost::asio::mutable_buffer room) {
    pending_ = true;
    stream.async_read_some(
        room, [this](boost::system::error_code error, std::size_t size) { end(error, size); });
  }

  [[nodiscard]] bool pending() const { return pending_; }

  /// Waits for the end of the read. REQUIRES: one is under way, and nobody else waits for it.
  [[nodiscard]] Task<> ended() {
    return suspend([this](auto resume) { resume_ = std::move(resume); });
  }

  /// Of the last read.
  [[nodiscard]] boost::system::error_code error() const { return error_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Null: nobody. May destroy this in the call: nothing is touched after it.
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
