/// Keeps retries a small share of calls, so that an overloaded upstream is not loaded further.
#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "upstream/recent_counts.hpp"

namespace weir::upstream {

/// One per upstream, consulted for the one that would get the retry. Which outcomes may be retried
/// at all is decided by outcome.hpp.
///
/// Threads: one owner at a time. Lifetime: value type.
/// Source:  the retry budgets of Envoy (20 % of calls, at least 3) and of Google's SRE book.
class RetryBudget {
 public:
  static constexpr std::chrono::seconds kWindow{10};

  /// Allows within kWindow `minimum` retries plus `percent` of the calls. REQUIRES: both >= 0.
  RetryBudget(int percent, int minimum) : percent_(percent), minimum_(minimum), recent_(kWindow) {}

  /// Counts a call whose first attempt goes to this upstream.
  void called(MonotonicTime now) { recent_.add({.calls = 1}, now); }

  /// True if a retry may go to this upstream; it is then counted.
  [[nodiscard]] bool try_retry(MonotonicTime now) {
    const auto [calls, retries] = recent_.sum(now);
    if (retries >= minimum_ + calls * percent_ / 100) return false;
    recent_.add({.watched = 1}, now);
    return true;
  }

  /// Keeps the counts.
  void configure(int percent, int minimum) {
    percent_ = percent;
    minimum_ = minimum;
  }

 private:
  int percent_;
  int minimum_;
  RecentCounts recent_;  ///< watched: retries
};

}  // namespace weir::upstream
