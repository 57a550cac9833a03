/// One limit that many threads share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "base/clock.hpp"
#include "limit/rolling_window.hpp"

namespace weir::limit {

/// A RollingWindow behind a mutex: deciding and counting are one step, whatever the concurrency.
///
/// A thread that read the clock before another but comes to the lock after it is decided at the
/// other's time; retry_after and reset count from there.
///
/// Cost:     about 15 ns uncontended; without a limit one relaxed load.
/// Threads:  any.
/// Lifetime: held by shared_ptr, so that it outlives the table entry that led to it.
class RateLimiter {
 public:
  /// REQUIRES: limit >= 0 (0: unlimited), window > 0.
  explicit RateLimiter(std::int64_t limit,
                       std::chrono::nanoseconds window = std::chrono::minutes(1));

  /// As RollingWindow::try_take.
  [[nodiscard]] Admission try_take(std::int64_t cost, MonotonicTime now);

  /// Takes effect with the next try; what was taken stays counted.
  void set_limit(std::int64_t limit);
  [[nodiscard]] std::int64_t limit() const { return limit_.load(std::memory_order_relaxed); }

  /// As RollingWindow::idle.
  [[nodiscard]] bool idle(MonotonicTime now) const;

 private:
  std::atomic<std::int64_t> limit_;  ///< a copy, to leave at once where there is no limit
  mutable std::mutex mutex_;
  RollingWindow window_;
};

}  // namespace weir::limit
