/// "No rolling window ever contains more than N": the arithmetic of every rate limit.
///
/// One idea: remember what was taken as marks (a time and a cost), and let a mark count until the
/// whole window has passed since the *last* thing merged into it. Merging can therefore only hold
/// a limit back, never let it be exceeded.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/clock.hpp"

namespace weir::limit {

/// The answer to one try. A refusal has taken nothing.
struct Admission {
  /// `retry_after` of a cost above the limit itself.
  static constexpr std::chrono::nanoseconds kNever = std::chrono::nanoseconds::max();
  /// `remaining` where there is no limit.
  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  bool admitted = true;
  /// On refusal: the same cost is admitted this much later, and not before, if nothing else is
  /// taken until then.
  std::chrono::nanoseconds retry_after{0};
  std::int64_t remaining = kUnlimited;  ///< what could still be taken at this moment
  std::chrono::nanoseconds reset{0};    ///< until nothing counts any more
};

/// Admits while the costs taken in the half-open span (now - window, now] stay within a limit.
///
/// Pure arithmetic: holds no clock and takes no lock; KeyLimiter shares it between threads.
/// Limits up to kMaxMarks are exact to the nanosecond. Above, what is taken within 1/254 of the
/// window shares a mark, so that a cost may count up to 0.4 % of the window too long.
///
/// What was taken can be corrected once it is known: less is given back where it was taken, more is
/// charged when it is found out, over the limit if need be. Such a debt admits nothing until enough
/// of what is counted has passed.
///
/// A time before an earlier one counts as that earlier one: the decision is made after it.
///
/// Units:    limit and cost in whatever the owner counts: requests, tokens, images.
/// Cost:     about 10 ns a take; no memory until the first, at most 4 KiB after.
/// Threads:  one owner at a time.
/// Lifetime: value type.
/// Source:   docs/decisions/0012-rolling-window-limits.md
class RollingWindow {
 public:
  static constexpr std::size_t kMaxMarks = 256;

  /// REQUIRES: limit >= 0 (0: unlimited), window > 0.
  RollingWindow(std::int64_t limit, std::chrono::nanoseconds window);

  /// look, and charge if it admits; `remaining` and `reset` are those after it.
  [[nodiscard]] Admission try_take(std::int64_t cost, MonotonicTime now);

  /// What try_take would say; takes nothing. REQUIRES: cost >= 0.
  [[nodiscard]] Admission look(std::int64_t cost, MonotonicTime now);

  /// Counts `cost`, whether or not there is room for it; true if it is remembered: neither a cost
  /// of 0 is, nor any while unlimited. REQUIRES: cost >= 0; the sum of what counts stays below
  /// 2^63.
  bool charge(std::int64_t cost, MonotonicTime now);

  /// Takes `amount` out of what was charged at `charged_at`, wherever that has been merged to.
  /// What no longer counts gives nothing back.
  /// REQUIRES: a charge at that time was remembered; all that is given back of it is no more than
  /// it was. `charged_at` is the time it counted from, not an earlier one that was asked for.
  void give_back(std::int64_t amount, MonotonicTime charged_at, MonotonicTime now);

  /// What was taken stays counted. REQUIRES: limit >= 0.
  void set_limit(std::int64_t limit);
  [[nodiscard]] std::int64_t limit() const { return limit_; }

  /// Whether nothing counts any more, so that forgetting this window would change nothing.
  [[nodiscard]] bool idle(MonotonicTime now) const;

 private:
  struct Mark {
    MonotonicTime last;
    std::int64_t cost = 0;
  };

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
  std::chrono::nanoseconds resolution_{0};  ///< takes this close together share a mark
  std::int64_t used_ = 0;                   ///< sum of the marks' costs; above limit_: a debt
  MonotonicTime latest_ = MonotonicTime::min();
  MonotonicTime newest_since_;  ///< when the newest mark was begun
  std::vector<Mark> ring_;      ///< size 0 or a power of two up to kMaxMarks
  std::size_t head_ = 0;
  std::size_t count_ = 0;
};

}  // namespace weir::limit
