/// Ends waits that took too long, at the price of one timer per thread.
///
/// A timer per wait would cost a heap operation, and often a system call, at each request. Waits
/// here are seconds long, so a sweep every `kTick` over what is armed is exact enough.
#pragma once

#include <chrono>

#include <boost/intrusive/list.hpp>

#include "base/clock.hpp"
#include "net/task.hpp"

namespace weir::net {

/// Something that can run out of time. Expiry is told once per arming.
///
/// Threads:  the sweeper's thread only.
/// Lifetime: leaves the sweeper by itself when it dies.
class Deadline : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Deadline() = default;

  void arm(MonotonicTime at) {
    at_ = at;
    expired_ = false;
  }
  void disarm() { at_ = MonotonicTime::max(); }
  [[nodiscard]] bool expired() const { return expired_; }
  [[nodiscard]] MonotonicTime at() const { return at_; }

 private:
  friend class DeadlineSweeper;
  /// Called from the sweep; ends the wait, closing its socket for example. Must not destroy *this.
  virtual void on_expired() = 0;

  MonotonicTime at_ = MonotonicTime::max();
  bool expired_ = false;
};

/// The armed deadlines of one thread.
class DeadlineSweeper {
 public:
  static constexpr std::chrono::milliseconds kTick{50};

  void add(Deadline& deadline) { deadlines_.push_back(deadline); }
  /// Tells each deadline that is due. Pure but for the callbacks; the time is the caller's.
  void sweep(MonotonicTime now);
  /// Sweeps every kTick until cancelled.
  [[nodiscard]] Task<> run();

 private:
  boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>> deadlines_;
};

}  // namespace weir::net
