/// Clocks. Pure code takes the time as a parameter; only shells read these.
#pragma once

#include <chrono>
#include <ctime>

namespace weir {

/// Never goes back; for limits, deadlines and ages.
using MonotonicClock = std::chrono::steady_clock;
using MonotonicTime = MonotonicClock::time_point;

/// Wall time, UTC; for expiry dates and log lines.
using WallClock = std::chrono::system_clock;
using WallTime = WallClock::time_point;

[[nodiscard]] inline MonotonicTime monotonic_now() { return MonotonicClock::now(); }
[[nodiscard]] inline WallTime wall_now() { return WallClock::now(); }

namespace detail {
inline std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}
}  // namespace detail

/// As monotonic_now, at a fraction of its cost and with a resolution of some milliseconds.
[[nodiscard]] inline MonotonicTime coarse_monotonic_now() {
  return MonotonicTime(detail::read_clock(CLOCK_MONOTONIC_COARSE));
}

/// The processor time of the calling thread. Cost: a system call.
[[nodiscard]] inline std::chrono::nanoseconds thread_cpu_time() {
  return detail::read_clock(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace weir
