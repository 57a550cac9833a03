/// Keeps retries a small part of the calls, so that an upstream in trouble is not given more work
/// for being in trouble.
#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "upstream/recent_counts.hpp"

namespace weir::upstream {

/// One for each upstream, asked at the one that would get the retry. Which outcomes may be tried
/// again at all is outcome.hpp.
///
/// Threads: one owner at a time. Lifetime: value type.
/// Source:  the retry budgets of Envoy (20 % of calls, at least 3) and of Google's SRE book.
class RetryBudget {
 public:
  static constexpr std::chrono::seconds kWindow{10};

  /// Within kWindow: `minimum` retries, and `percent` of the calls. REQUIRES: both >= 0.
  RetryBudget(int percent, int minimum) : percent_(percent), minimum_(minimum), recent_(kWindow) {}

  /// The first try of a call goes to this upstream.
  void called(MonotonicTime now) { recent_.add({.calls = 1}, now); }

  /// Whether a retry may go to this upstream; if so it is counted.
  [[nodiscard]] bool try_retry(MonotonicTime now) {
    const auto [calls, retries] = recent_.sum(now);
    if (retries >= minimum_ + calls * percent_ / 100) return false;
    recent_.add({.watched = 1}, now);
    return true;
  }

  /// What was counted stays.
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
