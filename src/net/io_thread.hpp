/// One thread with one io_context: where connections live and never leave.
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
/// Threads: `post`, `call` and `stop` from any; what runs on it from itself only.
class IoThread {
 public:
  /// `name` is what the system shows for the thread (15 characters at most). With a registry, which
  /// must outlive the thread, its loop is watched (loop_watch.hpp).
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

  /// Runs `work` on the thread and waits for its result: start-up and shut-down only, never from
  /// another I/O thread.
  template <class F>
  auto call(F&& work) -> std::invoke_result_t<F&> {
    std::packaged_task<std::invoke_result_t<F&>()> task(std::forward<F>(work));
    auto result = task.get_future();
    boost::asio::post(context_, [&task] { task(); });
    return result.get();
  }

  /// Waits until what the last `call` has queued on the thread is done: a socket that it closed
  /// tells so in a handler of its own. Threads: as `call`.
  void run_queued() {
    // Asio keeps what a handler queues aside until that handler has ended, which `call` does not
    // wait for: the first may still come before it, the second comes after.
    call([] {});
    call([] {});
  }

  /// Ends the thread after the handler under way; what is queued is dropped. Idempotent.
  void stop();

 private:
  // No locks around sockets and timers: they are made, used and destroyed on this thread only.
  // Posting from others stays safe.
  boost::asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  std::optional<boost::asio::executor_work_guard<Executor>> work_;
  std::thread thread_;
};

}  // namespace weir::net
