/// "No rolling window ever contains more than N": the arithmetic of every rate limit.
///
/// Charges are stored as marks (a time and a cost). A mark counts until the whole window has passed
/// since the *last* charge merged into it, so merging can only hold a limit longer, never let it be
/// exceeded.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace weir::limit {

/// The answer to one attempt to charge. A refusal charges nothing.
struct Admission {
  /// `retry_after` of a cost above the limit itself.
  static constexpr std::chrono::nanoseconds kNever = std::chrono::nanoseconds::max();
  /// `remaining` without a limit.
  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  bool admitted = true;
  /// On refusal: the same cost is admitted after this time, and not before, if nothing else is
  /// charged meanwhile.
  std::chrono::nanoseconds retry_after{0};
  std::int64_t remaining = kUnlimited;  ///< what could still be charged now
  std::chrono::nanoseconds reset{0};    ///< until nothing is counted any more
};

/// Admits while the costs charged in the half-open span (now - window, now] stay within a limit.
///
/// Pure arithmetic: it has no clock and takes no lock; KeyLimiter shares it between threads. Limits
/// up to kMaxMarks are exact to the nanosecond. Above, charges within 1/254 of the window share a
/// mark, so a cost may count up to 0.4 % of the window too long.
///
/// A charge can be corrected once the actual cost is known: a lower cost is refunded at the time of
/// the charge, a higher one is charged when it becomes known, beyond the limit if need be. Such a
/// debt blocks admission until enough of the counted cost has expired.
///
/// A time before an earlier one counts as that earlier one: the decision is made after it.
///
/// Units:    limit and cost in the owner's unit: requests, tokens, images.
/// Cost:     about 10 ns a charge; no memory until the first, at most 4 KiB after.
/// Threads:  one owner at a time.
/// Lifetime: value type.
/// Source:   docs/decisions/0012-rolling-window-limits.md
class RollingWindow {
 public:
  static constexpr std::size_t kMaxMarks = 256;

  /// Charges that count until the window has passed since the last of them.
  struct Mark {
    MonotonicTime last;
    std::int64_t cost = 0;

    bool operator==(const Mark&) const = default;
  };

  /// REQUIRES: limit >= 0 (0: unlimited), window > 0.
  RollingWindow(std::int64_t limit, std::chrono::nanoseconds window);

  /// look, then charge if admitted; `remaining` and `reset` are the values afterwards.
  [[nodiscard]] Admission try_take(std::int64_t cost, MonotonicTime now);

  /// The result try_take would have; charges nothing. REQUIRES: cost >= 0.
  [[nodiscard]] Admission look(std::int64_t cost, MonotonicTime now);

  /// Charges `cost` whether or not there is room; returns true if it was recorded, which a cost of
  /// 0, or any cost while unlimited, is not. REQUIRES: cost >= 0; the sum of counted costs stays
  /// below 2^63.
  bool charge(std::int64_t cost, MonotonicTime now);

  /// Refunds `amount` of the charge at `charged_at`, whichever mark it was merged into. A charge
  /// that no longer counts is not refunded.
  /// REQUIRES: a charge at that time was recorded; its refunds do not exceed it. `charged_at` is
  /// the time it counted from, not an earlier one that was passed in.
  void give_back(std::int64_t amount, MonotonicTime charged_at, MonotonicTime now);

  /// Keeps the counts. REQUIRES: limit >= 0.
  void set_limit(std::int64_t limit);
  [[nodiscard]] std::int64_t limit() const { return limit_; }

  /// True if nothing is counted any more, so that discarding this window would change nothing.
  [[nodiscard]] bool idle(MonotonicTime now) const;

  /// The sum of what counts, as of the last call with a time.
  [[nodiscard]] std::int64_t used() const { return used_; }
  /// All that is counted, oldest first.
  [[nodiscard]] std::vector<Mark> marks() const;
  /// Counts `marks` instead of what was counted. Refunds of earlier charges go to the mark that
  /// their time belongs to, and are limited to its cost. REQUIRES: oldest first, no two of the same
  /// time, none after `now`, at most kMaxMarks.
  void restore(std::span<const Mark> marks, MonotonicTime now);

 private:
  [[nodiscard]] Mark& mark(std::size_t index) {
    return ring_[(head_ + index) & (ring_.size() - 1)];
  }
  [[nodiscard]] const Mark& mark(std::size_t index) const {
    return ring_[(head_ + index) & (ring_.size() - 1)];
  }
  void advance(MonotonicTime now);
  void drop_empty();
  void grow();
  [[nodiscard]] std::chrono::nanoseconds wait_for(std::int64_t cost) const;
  [[nodiscard]] std::chrono::nanoseconds until_empty() const;

  std::int64_t limit_;
  std::chrono::nanoseconds window_;
  std::chrono::nanoseconds resolution_{0};  ///< charges this close together share a mark
  std::int64_t used_ = 0;                   ///< sum of the marks' costs; above limit_: a debt
  MonotonicTime latest_ = MonotonicTime::min();
  MonotonicTime newest_since_;  ///< when the newest mark was begun
  bool is_restored_ = false;    ///< its marks need not have all of a charge
  std::vector<Mark> ring_;      ///< size 0 or a power of two up to kMaxMarks
  std::size_t head_ = 0;
  std::size_t count_ = 0;
};

}  // namespace weir::limit
