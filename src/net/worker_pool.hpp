/// Threads for work that blocks or computes: the store, rendering lists, resolving names.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/clock.hpp"
#include "net/interrupt.hpp"
#include "net/socket.hpp"
#include "net/suspend.hpp"
#include "net/task.hpp"

namespace weir::net {

/// A few threads beside the I/O threads.
///
/// Threads:  any may post; `run` resumes the caller on its own thread.
/// Lifetime: the destructor finishes what is queued and joins.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads) : pool_(threads) {}
  ~WorkerPool() { pool_.join(); }

  template <class F>
  void post(F&& work) {
    boost::asio::post(pool_, std::forward<F>(work));
  }

  /// Runs `work` on a pool thread and resumes with its result.
  ///
  /// Not cancellable: others may need the result, and the caller's frame owns it.
  template <class F>
  [[nodiscard]] Task<std::invoke_result_t<F&>> run(F work) {
    using T = std::invoke_result_t<F&>;
    std::optional<T> result;
    Executor executor = co_await boost::asio::this_coro::executor;
    auto initiate = [this, &work, &result, executor](auto handler) {
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      // Keeps the io_context running until the result is back.
      auto guard = boost::asio::make_work_guard(executor);
      boost::asio::post(pool_, [&work, &result, executor, shared, guard] {
        result.emplace(work());
        boost::asio::post(executor, [shared] { std::move (*shared)(); });
      });
    };
    auto waiting = suspend(initiate);
    co_await std::move(waiting);
    co_return std::move(*result);
  }

  /// Likewise, but resumes with nothing once `interrupt` fires or the deadline has passed. `work`
  /// then runs to its end all the same, and owns what it uses.
  template <class F>
  [[nodiscard]] Task<std::optional<std::invoke_result_t<F&>>> run_until(
      F work, MonotonicTime deadline,
      Interrupt& interrupt) {  // outlives the task
    using T = std::invoke_result_t<F&>;
    Executor executor = co_await boost::asio::this_coro::executor;
    auto pending = std::make_shared<Pending<T>>(executor, deadline);
    boost::asio::post(pool_, [pending, work = std::move(work), executor,
                              guard = boost::asio::make_work_guard(executor)]() mutable {
      boost::asio::post(executor, [pending, result = work()]() mutable {
        pending->result.emplace(std::move(result));
        pending->interrupt();
      });
    });
    const Interrupt::Scope scope(interrupt, *pending);
    co_await pending->done.async_wait(use_task);
    co_return std::move(pending->result);
  }

 private:
  /// Shared with work whose caller may have given up.
  template <class T>
  struct Pending final : Interrupt::Wait {
    Pending(Executor executor, MonotonicTime deadline) : done(executor, deadline) {}
    void interrupt() override { done.cancel(); }
    Timer done;
    std::optional<T> result;
  };

  boost::asio::thread_pool pool_;
};

}  // namespace weir::net
