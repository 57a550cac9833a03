/// A coroutine's wait in the queue of an upstream's slots.
#pragma once

#include <memory>

#include "net/socket.hpp"
#include "net/task.hpp"
#include "upstream/slots.hpp"

namespace weir::gateway {

/// Threads:      created, awaited and cancelled on one thread; the slot may be granted from any.
/// Cancellation: `cancel`.
class SlotWait final : private upstream::Slots::Waiter {
 public:
  SlotWait(net::Executor executor, upstream::Slots& slots);

  /// True if the caller has the slot; false if the queue is full, the deadline passed or the wait
  /// was cancelled.
  [[nodiscard]] net::Task<bool> wait_until(MonotonicTime deadline);

  void cancel();

 private:
  // Outlives the wait, for a notification still on its way from another thread.
  struct State {
    explicit State(net::Executor executor) : timer(executor) {}
    net::Timer timer;
    bool granted = false;
  };

  void granted() noexcept override;

  net::Executor executor_;
  upstream::Slots& slots_;
  std::shared_ptr<State> state_;
};

}  // namespace weir::gateway
