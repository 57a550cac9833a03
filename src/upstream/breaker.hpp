/// Stops calling an upstream that fails, and finds out at little cost when it is well again.
///
/// What real calls come to is the evidence; none is made to find out. Pure: time is a parameter.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "upstream/outcome.hpp"
#include "upstream/recent_counts.hpp"

namespace weir::upstream {

struct BreakerSettings {
  int consecutive_failures = 5;  ///< 0: never refuse for these
  int failure_percent = 50;      ///< of the calls within `window`; 0: never refuse for these
  int min_calls = 20;            ///< fewer within `window` have no percentage
  std::chrono::milliseconds window{10'000};
  std::chrono::milliseconds first_refusal{1'000};  ///< doubled with each probe that fails
  std::chrono::milliseconds max_refusal{60'000};

  bool operator==(const BreakerSettings&) const = default;
};

/// The enumerator is the log word and the metric label.
enum class BreakerState : std::uint8_t {
  admitting,  ///< calls go through
  probing,    ///< one call was let through, and what becomes of it decides
  refusing,   ///< no call until the refusal's time is over; the next one then is a probe
};

/// Threads: one owner at a time. Lifetime: value type.
class Breaker {
 public:
  /// Leave for one call. It knows when it was given, so that a call which ends after the breaker
  /// changed its state, however late, decides nothing any more.
  class Pass {
    friend class Breaker;
    explicit Pass(std::uint32_t epoch) : epoch_(epoch) {}
    std::uint32_t epoch_;
  };

  static constexpr std::chrono::seconds kDefaultCoolDown{1};
  static constexpr std::chrono::minutes kMaxCoolDown{10};

  explicit Breaker(const BreakerSettings& settings)
      : settings_(settings), recent_(settings.window) {}

  /// Whether try_admit() would give a pass: for choosing among upstreams.
  [[nodiscard]] bool admits(MonotonicTime now) const { return now >= ready_at(); }

  /// A pass for one call, whose end is told to report().
  [[nodiscard]] std::optional<Pass> try_admit(MonotonicTime now);

  /// Once for each pass. `Evidence::none` for a call whose end tells nothing, a cancelled one say:
  /// a probe that ends so makes room for the next at once. One that never ends makes room after
  /// the time of a refusal.
  void report(Pass pass, Evidence evidence, MonotonicTime now);

  /// `retry_after` as far as it is believed: at least kDefaultCoolDown, at most kMaxCoolDown.
  [[nodiscard]] static std::chrono::seconds bounded(std::chrono::seconds retry_after);

  /// The upstream answered 429: it is well but is not to be called for as long as it says, bounded.
  void cool_down(std::optional<std::chrono::seconds> retry_after, MonotonicTime now);

  /// The upstream answered the catalogue's question with a list, which ends a refusal: the probe
  /// that nobody pays for. A list that failed proves nothing, since not every server has one.
  void listed();

  /// What has been seen stays, but for the counts of a window that changed its length.
  void configure(const BreakerSettings& settings);

  [[nodiscard]] BreakerState state() const { return state_; }

  /// From when on calls are admitted if nothing happens until then; the past if they are now.
  [[nodiscard]] MonotonicTime ready_at() const;

 private:
  [[nodiscard]] bool has_failed_too_often(MonotonicTime now) const;
  void refuse(std::chrono::milliseconds time, MonotonicTime now);
  void admit();

  BreakerSettings settings_;
  BreakerState state_ = BreakerState::admitting;
  std::uint32_t epoch_ = 0;  ///< counts the changes that make earlier passes worthless
  int consecutive_ = 0;      ///< failures in a row
  RecentCounts recent_;      ///< watched: failures
  std::chrono::milliseconds refusal_{0};
  MonotonicTime next_probe_ = MonotonicTime::min();
  MonotonicTime cool_until_ = MonotonicTime::min();
};

}  // namespace weir::upstream
