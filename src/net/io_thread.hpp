/// A thread with one io_context. A connection lives on one and never moves.
#pragma once

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "net/task.hpp"
#include "telemetry/metrics.hpp"

namespace weir::net {

/// Starts at once; runs until `stop`.
///
/// Threads: `post`, `call` and `stop` from any; everything else from this thread only.
class IoThread {
 public:
  /// `name`: the thread's name in the system, at most 15 characters. `registry`, which must outlive
  /// the thread: enables the loop watch (loop_watch.hpp).
  explicit IoThread(std::string name, telemetry::Registry* registry = nullptr);
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  /// Stops and joins.
  ~IoThread();

  [[nodiscard]] Executor executor() { return context_.get_executor(); }

  template <class F>
  void post(F&& work) {
    boost::asio::post(context_, std::forward<F>(work));
  }

  /// Runs `work` on the thread and waits for its result. For start-up and shut-down only; never
  /// from another I/O thread.
  template <class F>
  auto call(F&& work) -> std::invoke_result_t<F&> {
    std::packaged_task<std::invoke_result_t<F&>()> task(std::forward<F>(work));
    auto result = task.get_future();
    boost::asio::post(context_, [&task] { task(); });
    return result.get();
  }

  /// Waits until handlers queued by the last `call` have run: closing a socket, for example, queues
  /// a handler. Threads: as `call`.
  void run_queued() {
    // Asio keeps what a handler queues aside until that handler has ended, and `call` does not wait
    // for that. So the first of these may run before the queued handlers; the second runs after.
    call([] {});
    call([] {});
  }

  /// Ends the thread after the current handler; queued handlers are dropped. Idempotent.
  void stop();

 private:
  // No locks around sockets and timers: they are created, used and destroyed on this thread only.
  // Posting from other threads remains safe.
  boost::asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  std::optional<boost::asio::executor_work_guard<Executor>> work_;
  std::thread thread_;
};

}  // namespace weir::net
