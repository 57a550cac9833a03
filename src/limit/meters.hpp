/// All limits of one scope together: of a key, or of a key and a model.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "limit/limits.hpp"
#include "limit/rolling_window.hpp"

namespace weir::limit {

/// What a call uses beside one request and one slot: as reserved, or as it turned out.
struct Claim {
  std::int64_t tokens = 0;
  std::int64_t images = 0;
};

/// Which limit said no. Of several, the one that holds longest.
struct Refusal {
  /// `retry_after` for want of a slot: nobody knows when a call will end.
  static constexpr std::chrono::seconds kSlotRetry{1};

  Dimension by;
  bool of_model;  ///< the key's limit for this model, not for the key as a whole
  /// Admission::kNever: the claim is above the limit itself.
  std::chrono::nanoseconds retry_after;
};

/// One limit as the x-ratelimit-* fields tell it.
struct Quota {
  std::int64_t limit = 0;  ///< 0: unlimited, and the rest means nothing
  std::int64_t remaining = Admission::kUnlimited;
  std::chrono::nanoseconds reset{0};  ///< until nothing counts any more
};

/// How long the windows are; other lengths are for tests.
struct Spans {
  std::chrono::nanoseconds minute = std::chrono::minutes(1);
  std::chrono::nanoseconds day = std::chrono::hours(24);
};

/// Six rolling windows and the number of calls in flight. Pure arithmetic, as RollingWindow.
///
/// Units:   times never go back from call to call.
/// Threads: one owner at a time.
class Meters {
 public:
  /// Which windows remember a charge, a bit per Dimension.
  using Charged = std::uint8_t;

  Meters(const Limits& limits, const Spans& spans);

  /// What was counted stays counted.
  void set_limits(const Limits& limits);
  [[nodiscard]] const Limits& limits() const { return limits_; }

  /// Why a call may not start now, if it may not; takes nothing.
  [[nodiscard]] std::optional<Refusal> look(Claim claim, MonotonicTime now);
  /// Starts a call: one request, one slot and the claim. REQUIRES: look has just found no reason.
  [[nodiscard]] Charged charge(Claim claim, MonotonicTime now);
  /// Corrects what `charged` counted at `charged_at` from `claim` to `actual`.
  void settle(Charged charged, Claim claim, MonotonicTime charged_at, Claim actual,
              MonotonicTime now);
  /// Ends a call.
  void release() { --in_flight_; }

  /// As look and charge for one request without a call.
  [[nodiscard]] std::optional<Refusal> look_at_requests(MonotonicTime now);
  void charge_request(MonotonicTime now);

  /// REQUIRES: not in_flight.
  [[nodiscard]] Quota quota(Dimension dimension, MonotonicTime now);

  /// Whether forgetting this would change nothing. A call in flight is something.
  [[nodiscard]] bool idle(MonotonicTime now) const;

 private:
  [[nodiscard]] RollingWindow& window(Dimension dimension) {
    return windows_[static_cast<std::size_t>(dimension)];
  }

  Limits limits_;
  std::array<RollingWindow, kDimensionCount - 1> windows_;  ///< by Dimension; in_flight has none
  std::int64_t in_flight_ = 0;
};

/// The one that holds longer; of two that hold as long, `first`.
[[nodiscard]] std::optional<Refusal> longer(std::optional<Refusal> first,
                                            std::optional<Refusal> second);

}  // namespace weir::limit
