/// Owns running coroutines: none is left behind, and stopping them is asynchronous.
#pragma once

#include <cstddef>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/list.hpp>

#include "net/socket.hpp"
#include "net/task.hpp"

namespace weir::net {

/// Coroutines of one thread, started with `spawn` and joined with `join`.
///
/// Threads:      the executor's thread only.
/// Lifetime:     outlives its tasks; the destructor CHECKs that it was joined.
/// Cancellation: `cancel` asks every task to end; a task sees operation_aborted from what it
/// awaits.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor)
      : executor_(executor), idle_(executor, MonotonicTime::max()) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// `name` shows up in the log line of a task that ends with an exception; a literal.
  void spawn(const char* name, Task<> task);

  void cancel();

  /// Ends when the last task has.
  [[nodiscard]] Task<> join();

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Running : boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    boost::asio::cancellation_signal signal;
  };

  Executor executor_;
  boost::intrusive::list<Running, boost::intrusive::constant_time_size<false>> running_;
  std::size_t size_ = 0;
  Timer idle_;  ///< cancelled when the last task ends; waiting on it is waiting for that
};

}  // namespace weir::net
