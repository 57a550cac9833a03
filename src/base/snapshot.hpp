/// One immutable value that many threads read and one thread replaces.
///
/// A reader keeps what it loaded to the end of its request; publishing never changes it under him.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace weir {

/// A mutex and a shared_ptr, and not std::atomic<std::shared_ptr>: the latter is neither lock-free
/// nor clean under the thread sanitizer in libstdc++ 12 (docs/decisions/0003-snapshot.md).
///
/// Threads: any.
template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> first) : value_(std::move(first)) {}

  [[nodiscard]] std::shared_ptr<const T> load() const {
    std::lock_guard lock(mutex_);
    return value_;
  }

  void publish(std::shared_ptr<const T> next) {
    {
      std::lock_guard lock(mutex_);
      value_.swap(next);
    }
    // `next` now holds the old value and is released outside the lock.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace weir
