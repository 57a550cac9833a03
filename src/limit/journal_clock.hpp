/// A clock that goes on across restarts, and never faster than real time: a window that was kept
/// in a file may count too long, never too short.
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
/// After a start of the machine the time since then has passed for certain. How long it was off
/// only the wall clock knows, which is believed after a stop in good order: then it was right
/// before, and nobody has lost counts. A wall clock that went back is never believed.
[[nodiscard]] inline JournalTime resume(const ClockAnchor& anchor, const ClockReading& now) {
  const auto& then = anchor.reading;
  const bool same_boot = !now.boot.empty() && now.boot == then.boot;
  if (same_boot && now.monotonic >= then.monotonic) {
    return anchor.at + (now.monotonic - then.monotonic);
  }
  const std::chrono::nanoseconds since_boot = now.monotonic.time_since_epoch();
  // Without a new boot, the uptime says nothing about the time since the anchor.
  auto passed = same_boot || now.boot.empty() ? std::chrono::nanoseconds(0) : since_boot;
  if (anchor.is_last && now.wall > then.wall) {
    passed = std::max<std::chrono::nanoseconds>(passed, now.wall - then.wall);
  }
  return anchor.at + std::max(passed, std::chrono::nanoseconds(0));
}

}  // namespace weir::limit
