/// A gauge of live objects.
#pragma once

#include <atomic>
#include <cstdint>

namespace weir {

/// Adds one for as long as it lives.
///
/// Threads: any. Lifetime: the count outlives it.
class ScopedCount {
 public:
  explicit ScopedCount(std::atomic<std::int64_t>& count) : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  ScopedCount(const ScopedCount&) = delete;
  ScopedCount& operator=(const ScopedCount&) = delete;
  ~ScopedCount() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t>& count_;
};

}  // namespace weir
