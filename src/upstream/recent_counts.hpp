/// Counts of recent calls, and of those that matter to the owner: failures for the breaker, retries
/// for the retry budget.
///
/// The span is divided into slices, so counting costs an addition and the space is constant. A call
/// is forgotten when the span has passed at the latest, and not before nine tenths of it have.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace weir::upstream {

/// Threads: one owner. Lifetime: value type.
class RecentCounts {
 public:
  struct Counts {
    std::int64_t calls = 0;
    std::int64_t watched = 0;
  };

  /// REQUIRES: span >= 1 ms.
  explicit RecentCounts(std::chrono::nanoseconds span) : slice_(span / kSlices) {}

  void add(Counts counts, MonotonicTime now) {
    const std::int64_t number = number_of(now);
    Slice& slice = slices_[static_cast<std::size_t>(number % kSlices)];
    // The thread that read the clock first may arrive second.
    if (slice.number < number) slice = {number, {}};
    slice.counts.calls += counts.calls;
    slice.counts.watched += counts.watched;
  }

  [[nodiscard]] Counts sum(MonotonicTime now) const {
    const std::int64_t oldest = number_of(now) - kSlices + 1;
    Counts sum;
    for (const Slice& slice : slices_) {
      if (slice.number < oldest) continue;
      sum.calls += slice.counts.calls;
      sum.watched += slice.counts.watched;
    }
    return sum;
  }

  void clear() { slices_ = {}; }

 private:
  static constexpr std::int64_t kSlices = 10;

  struct Slice {
    std::int64_t number = -1;  ///< number of the slice since the clock's epoch
    Counts counts;
  };

  [[nodiscard]] std::int64_t number_of(MonotonicTime now) const {
    return now.time_since_epoch() / slice_;
  }

  std::chrono::nanoseconds slice_;
  std::array<Slice, kSlices> slices_{};
};

}  // namespace weir::upstream
