/// Owns running coroutines: none is orphaned, and stopping is asynchronous.
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

  /// `name`: a literal, for the log line of a task that ends with an exception.
  void spawn(const char* name, Task<> task);

  void cancel();

  /// Completes when the last task has ended.
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
  Timer idle_;  ///< cancelled when the last task ends, which wakes `join`
};

}  // namespace weir::net
