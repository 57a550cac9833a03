/// A clock that goes on across restarts. It prefers to be late: a window that was kept in a file
/// may count too long, and too short only where a wall clock was believed that is ahead.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace weir::limit {

/// Begins when its file is made. Within a boot of the machine it runs with MonotonicClock, so that
/// no change of the wall clock moves it.
struct JournalClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<JournalClock>;
  static constexpr bool is_steady = true;
};
using JournalTime = JournalClock::time_point;

/// One moment on all clocks.
struct ClockReading {
  std::string boot;  ///< names the run of the machine; empty: unknown
  MonotonicTime monotonic;
  WallTime wall;

  bool operator==(const ClockReading&) const = default;
};

/// The last moment that is known to have been counted.
struct ClockAnchor {
  JournalTime at;
  ClockReading reading;
  /// The last process that counted ended in good order: nothing was counted after this moment.
  bool is_last = false;

  bool operator==(const ClockAnchor&) const = default;
};

/// The journal's time at `now`.
///
/// The wall clock alone knows the time between two boots, and is believed after a stop in good
/// order: then it was right before, and nobody has lost counts. Otherwise no more has passed than
/// both clocks say: the time since the boot bounds a wall clock that is ahead, and the wall clock
/// bounds the uptime of another machine, to which the file was moved. A wall clock that went back
/// is never believed.
[[nodiscard]] inline JournalTime resume(const ClockAnchor& anchor, const ClockReading& now) {
  using std::chrono::nanoseconds;
  const auto& then = anchor.reading;
  const bool are_boots_known = !now.boot.empty() && !then.boot.empty();
  const bool same_boot = are_boots_known && now.boot == then.boot;
  if (same_boot && now.monotonic >= then.monotonic) {
    return anchor.at + (now.monotonic - then.monotonic);
  }
  const auto by_wall = std::max<nanoseconds>(now.wall - then.wall, nanoseconds(0));
  if (anchor.is_last) return anchor.at + by_wall;
  // Without a new boot, the uptime says nothing about the time since the anchor.
  if (same_boot || !are_boots_known) return anchor.at;
  const nanoseconds since_boot = now.monotonic.time_since_epoch();
  return anchor.at + std::clamp(since_boot, nanoseconds(0), by_wall);
}

}  // namespace weir::limit
