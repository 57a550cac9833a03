/// Time limits on waits, with one timer per thread.
///
/// A timer per wait would cost a heap operation, and often a system call, at each request. Waits
/// here are seconds long, so sweeping the armed ones every `kTick` is exact enough. Expiry times
/// are contiguous, so a sweep over thousands of connections touches only the expired ones' memory.
#pragma once

#include <chrono>
#include <deque>

#include "base/clock.hpp"
#include "net/task.hpp"

namespace weir::net {

class Deadline;

/// The deadlines of one thread.
///
/// Threads: one.
class DeadlineSweeper {
 public:
  static constexpr std::chrono::milliseconds kTick{50};

  DeadlineSweeper() = default;
  DeadlineSweeper(const DeadlineSweeper&) = delete;
  DeadlineSweeper& operator=(const DeadlineSweeper&) = delete;
  /// The remaining deadlines never expire.
  ~DeadlineSweeper();

  /// Notifies each deadline that is due at `now`. Pure but for the callbacks.
  void sweep(MonotonicTime now);
  /// Sweeps every kTick until cancelled.
  [[nodiscard]] Task<> run();

 private:
  friend class Deadline;
  struct Entry {
    MonotonicTime at;
    Deadline* deadline;
  };

  std::deque<Entry> entries_;  ///< a deque grows without moving its elements
};

/// A time limit. Expiry is reported once per arming.
class Deadline {
 public:
  explicit Deadline(DeadlineSweeper& sweeper);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  virtual ~Deadline();

  void arm(MonotonicTime at) {
    expired_ = false;
    set(at);
  }
  /// Within a sweep, the same sweep may report it.
  void arm_for_next_sweep() { arm(MonotonicTime::min()); }
  void disarm() { set(MonotonicTime::max()); }
  [[nodiscard]] bool expired() const { return expired_; }

 private:
  friend class DeadlineSweeper;
  /// Called from the sweep; ends the wait, for example by closing a socket. Must not destroy *this.
  virtual void on_expired() = 0;

  void set(MonotonicTime at) {
    if (entry_ != nullptr) entry_->at = at;
  }

  DeadlineSweeper* sweeper_;
  DeadlineSweeper::Entry* entry_;  ///< in the sweeper's list; null once that is destroyed
  bool expired_ = false;
};

}  // namespace weir::net
