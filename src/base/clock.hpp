/// Time, behind one door. Pure code takes the time as a parameter; only shells read these.
#pragma once

#include <chrono>

namespace weir {

/// Never goes back; for limits, deadlines and ages.
using MonotonicClock = std::chrono::steady_clock;
using MonotonicTime = MonotonicClock::time_point;

/// Wall time, UTC; for expiry dates and log lines.
using WallClock = std::chrono::system_clock;
using WallTime = WallClock::time_point;

[[nodiscard]] inline MonotonicTime monotonic_now() { return MonotonicClock::now(); }
[[nodiscard]] inline WallTime wall_now() { return WallClock::now(); }

}  // namespace weir
