/// Detects stalls of a thread's event loop by measuring the time between two waits.
///
/// Asio has no hook for this, so the linker redirects its calls of epoll_wait to here
/// (CMakeLists.txt): exact, and two reads of a coarse clock per turn. A timer that measures its own
/// delay would miss every second stall as long as its period.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "telemetry/metrics.hpp"

namespace weir::net {

inline constexpr telemetry::MetricRow kLoopStalls{
    "weir_loop_stalls_total", "counter", "thread",
    "Iterations of a thread's event loop that took more than 50 ms of CPU time, during which "
    "everything else on the thread waited."};
inline constexpr telemetry::MetricRow kLongestTurn{
    "weir_loop_longest_turn_seconds", "gauge", "thread",
    "Longest iteration of a thread's event loop since the start, in CPU time."};

inline constexpr std::array kLoopMetrics{kLoopStalls, kLongestTurn};

/// Measures turns of the loop. Holds no clock.
///
/// A thread that the system does not schedule has not stalled by itself, so a turn's own time is
/// its processor time. Reading that is a system call, so it is read at most once in kCpuPeriod, and
/// a long turn is charged with at most that much of earlier turns.
class TurnTimer {
 public:
  static constexpr std::chrono::milliseconds kCpuPeriod{10};

  struct Turn {
    std::chrono::nanoseconds wall{0};
    std::chrono::nanoseconds own{0};  ///< 0 if it was not read
  };

  void begin(MonotonicTime now) { began_ = now; }

  /// `cpu` returns the thread's processor time.
  template <class Cpu>
  Turn end(MonotonicTime now, Cpu cpu) {
    if (now - asked_ < kCpuPeriod) return {.wall = now - began_};
    const std::chrono::nanoseconds used = cpu();
    const Turn turn{.wall = now - began_,
                    .own = std::min<std::chrono::nanoseconds>(now - began_, used - used_)};
    used_ = used;
    asked_ = now;
    return turn;
  }

 private:
  MonotonicTime began_;
  MonotonicTime asked_;
  std::chrono::nanoseconds used_{0};
};

/// Watches the loop of the thread that creates it, and counts stalls.
///
/// Threads:  that one only.
/// Lifetime: the thread is watched while this lives.
class LoopWatch {
 public:
  static constexpr std::chrono::milliseconds kStall{50};
  /// A stall this long is logged, even if the machine is to blame.
  static constexpr std::chrono::milliseconds kWorthALine{200};

  LoopWatch(std::string thread, telemetry::Registry& registry);
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;
  ~LoopWatch();

  void wait_begins();
  void wait_ended() { timer_.begin(coarse_monotonic_now()); }

 private:
  void count(const TurnTimer::Turn& turn);

  const std::string thread_;
  telemetry::Counter& stalls_;
  telemetry::Gauge& longest_;
  TurnTimer timer_;
};

}  // namespace weir::net
