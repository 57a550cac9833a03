/// An immutable value that many threads read and one thread replaces.
///
/// A reader keeps the value it loaded to the end of its request; publishing never changes it.
#pragma once

#include <atomic>
#include <cstdint>
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
      version_.fetch_add(1, std::memory_order_release);
    }
    // `next` now holds the old value and is released outside the lock.
  }

 private:
  template <class>
  friend class SnapshotReader;

  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<std::uint64_t> version_{0};
};

/// One thread's cached reference to a snapshot: reading costs a load, not a lock and a shared
/// count.
///
/// Threads:  one.
/// Lifetime: the snapshot outlives it. Keeps an old value alive until its thread reads again, so it
///           is for threads that read often.
template <class T>
class SnapshotReader {
 public:
  explicit SnapshotReader(const Snapshot<T>& snapshot) : snapshot_(snapshot) {}

  /// The newest value, for callers that use it beyond the thread's next read.
  [[nodiscard]] const std::shared_ptr<const T>& hold() {
    get();
    return value_;
  }

  /// The newest value; the reference is valid until the next call.
  [[nodiscard]] const T& get() {
    if (!value_ || snapshot_.version_.load(std::memory_order_acquire) != version_) {
      std::lock_guard lock(snapshot_.mutex_);
      value_ = snapshot_.value_;
      version_ = snapshot_.version_.load(std::memory_order_relaxed);
    }
    return *value_;
  }

 private:
  const Snapshot<T>& snapshot_;
  std::shared_ptr<const T> value_;
  std::uint64_t version_ = 0;
};

}  // namespace weir
