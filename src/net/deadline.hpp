/// Ends waits that took too long, at the price of one timer per thread.
///
/// A timer per wait would cost a heap operation, and often a system call, at each request. Waits
/// here are seconds long, so a sweep every `kTick` over what is armed is exact enough. The times
/// lie side by side: to sweep over thousands of connections touches the memory of those only whose
/// time has come.
#pragma once

#include <chrono>
#include <cstdint>
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
  /// The deadlines that are left never expire.
  ~DeadlineSweeper();

  /// Tells each deadline that is due. Pure but for the callbacks; the time is the caller's.
  void sweep(MonotonicTime now);
  /// Sweeps every kTick until cancelled.
  [[nodiscard]] Task<> run();

 private:
  friend class Deadline;
  struct Entry {
    MonotonicTime at;
    Deadline* deadline;
  };

  std::deque<Entry> entries_;  ///< grows without leaving holes behind
};

/// Something that can run out of time. Expiry is told once per arming.
///
/// Threads: the sweeper's thread only.
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
  /// From within a sweep, it may be told of with the same.
  void arm_for_next_sweep() { arm(MonotonicTime::min()); }
  void disarm() { set(MonotonicTime::max()); }
  [[nodiscard]] bool expired() const { return expired_; }

 private:
  friend class DeadlineSweeper;
  /// Called from the sweep; ends the wait, closing its socket for example. Must not destroy *this.
  virtual void on_expired() = 0;

  void set(MonotonicTime at) {
    if (sweeper_ != nullptr) sweeper_->entries_[entry_].at = at;
  }

  DeadlineSweeper* sweeper_;  ///< null once it is gone
  std::uint32_t entry_;
  bool expired_ = false;
};

}  // namespace weir::net
