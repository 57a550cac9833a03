/// A breaker that threads share, of an upstream or of one model there. Choosing reads it without a
/// lock.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "upstream/breaker.hpp"

namespace weir::upstream {

/// Cost:     `admits` and `in_doubt` are one load each.
/// Threads:  any.
/// Lifetime: outlives the passes that it gave.
class Health : public std::enable_shared_from_this<Health> {
 public:
  explicit Health(const BreakerSettings& settings) : breaker_(settings), window_(settings.window) {}
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  [[nodiscard]] bool admits(MonotonicTime now) const { return now >= ready_at(); }
  [[nodiscard]] bool in_doubt(MonotonicTime now) const { return now < load(doubt_until_); }
  /// When calls are admitted; in the past if they are now.
  [[nodiscard]] MonotonicTime ready_at() const { return load(ready_at_); }
  [[nodiscard]] BreakerState state() const { return state_.load(std::memory_order_relaxed); }
  /// False if a success would change nothing: no failure is remembered.
  [[nodiscard]] bool needs_successes(MonotonicTime now) const {
    return now < load(troubled_until_) || state() != BreakerState::admitting;
  }
  /// From now on a success matters: until a failure has left the window, and a doubt is over.
  void expect_successes(MonotonicTime now) {
    const auto window = window_.load(std::memory_order_relaxed);
    store(troubled_until_,
          now + std::max<MonotonicClock::duration>(window, Breaker::kUnlistedDoubt));
  }

  /// False for some hours after refused_usage().
  [[nodiscard]] bool may_ask_usage(MonotonicTime now) const { return now >= load(no_usage_until_); }
  /// The upstream answers calls of this model only if they do not ask for usage.
  void refused_usage(MonotonicTime now) { store(no_usage_until_, now + kNoUsage); }

  // As Breaker's.

  [[nodiscard]] std::optional<Breaker::Pass> try_admit(MonotonicTime now);
  /// Returns true if calls are refused from now on because of it.
  bool report(Breaker::Pass pass, Evidence evidence, MonotonicTime now, Witness witness = {});
  void began(Breaker::Pass pass);
  void forgive(MonotonicTime now);
  [[nodiscard]] int failures() const;
  void distrust(MonotonicTime now, Breaker::Until until = Breaker::Until::later);
  void cool_down(std::optional<std::chrono::seconds> retry_after, MonotonicTime now);
  void listed(MonotonicTime now);
  void healthy(MonotonicTime now);
  void configure(const BreakerSettings& settings);

 private:
  using Ticks = MonotonicTime::rep;

  [[nodiscard]] static MonotonicTime load(const std::atomic<Ticks>& ticks) {
    return MonotonicTime(MonotonicClock::duration(ticks.load(std::memory_order_relaxed)));
  }
  static void store(std::atomic<Ticks>& ticks, MonotonicTime time) {
    ticks.store(time.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// Holds the lock, and publishes the changed state at its end.
  class Change {
   public:
    explicit Change(Health& health) : health_(health), lock_(health.mutex_) {}
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change();

   private:
    Health& health_;
    std::lock_guard<std::mutex> lock_;
  };

  static constexpr std::chrono::hours kNoUsage{6};  ///< engines are updated
  static constexpr Ticks kNever = MonotonicTime::min().time_since_epoch().count();

  mutable std::mutex mutex_;
  Breaker breaker_;  ///< guarded by mutex_
  std::atomic<std::chrono::milliseconds> window_;
  std::atomic<Ticks> ready_at_{kNever};
  std::atomic<Ticks> doubt_until_{kNever};
  std::atomic<Ticks> troubled_until_{kNever};
  std::atomic<Ticks> no_usage_until_{kNever};
  std::atomic<BreakerState> state_{BreakerState::admitting};
};

}  // namespace weir::upstream
