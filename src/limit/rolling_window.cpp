#include "limit/rolling_window.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace weir::limit {

namespace {

constexpr std::size_t kFirstMarks = 4;

/// Marks begun more than a resolution apart, of which the oldest still counts, number at most
/// window / resolution + 2, so they always fit.
constexpr std::int64_t kSpans = RollingWindow::kMaxMarks - 2;

}  // namespace

RollingWindow::RollingWindow(std::int64_t limit, std::chrono::nanoseconds window)
    : limit_(0), window_(window) {
  DCHECK(window > std::chrono::nanoseconds::zero());
  set_limit(limit);
}

void RollingWindow::set_limit(std::int64_t limit) {
  DCHECK(limit >= 0);
  limit_ = limit;
  // Every mark costs at least 1, so a small limit has room for a mark per charge; a full refund
  // leaves an empty mark, which is dropped when its place is needed.
  const bool exact = limit <= static_cast<std::int64_t>(kMaxMarks);
  resolution_ = exact ? std::chrono::nanoseconds::zero() : window_ / kSpans;
}

Admission RollingWindow::try_take(std::int64_t cost, MonotonicTime now) {
  Admission admission = look(cost, now);
  if (admission.admitted && charge(cost, now)) {
    admission.remaining -= cost;
    admission.reset = window_;
  }
  return admission;
}

Admission RollingWindow::look(std::int64_t cost, MonotonicTime now) {
  DCHECK(cost >= 0);
  if (limit_ == 0) return {};
  advance(now);
  // With a debt, or after the limit was lowered, used_ exceeds the limit.
  const std::int64_t room = std::max<std::int64_t>(0, limit_ - used_);
  if (cost > room) return {false, wait_for(cost), room, until_empty()};
  return {true, std::chrono::nanoseconds::zero(), room, until_empty()};
}

bool RollingWindow::charge(std::int64_t cost, MonotonicTime now) {
  DCHECK(cost >= 0);
  if (limit_ == 0 || cost == 0) return false;
  advance(now);
  used_ += cost;
  const bool merges =
      count_ > 0 && (latest_ - newest_since_ <= resolution_ || latest_ == mark(count_ - 1).last);
  if (!merges && count_ == kMaxMarks) drop_empty();
  // A full ring merges at any resolution: debts, or fine marks from before a limit was raised, may
  // fill it. The merged cost counts too long, never too short.
  if (merges || count_ == kMaxMarks) {
    Mark& newest = mark(count_ - 1);
    newest.last = latest_;
    newest.cost += cost;
    return true;
  }
  if (count_ == ring_.size()) grow();
  mark(count_++) = {latest_, cost};
  newest_since_ = latest_;
  return true;
}

void RollingWindow::give_back(std::int64_t amount, MonotonicTime charged_at, MonotonicTime now) {
  DCHECK(amount >= 0);
  advance(now);
  // The mark may still exist because something later was merged into it, but the charge itself no
  // longer counts; if the mark is gone, others are in its place.
  if (latest_ - charged_at >= window_) return;
  // Marks do not overlap in time, so the charge is in the first one that does not end before it.
  std::size_t low = 0;
  for (std::size_t high = count_; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (mark(middle).last < charged_at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  DCHECK(is_restored_ || (low < count_ && amount <= mark(low).cost));
  if (low == count_) return;  // uncounted: excluded by REQUIRES
  amount = std::min(amount, mark(low).cost);
  mark(low).cost -= amount;
  used_ -= amount;
}

bool RollingWindow::idle(MonotonicTime now) const {
  return used_ == 0 || now - mark(count_ - 1).last >= window_;
}

std::vector<RollingWindow::Mark> RollingWindow::marks() const {
  std::vector<Mark> all;
  for (std::size_t i = 0; i < count_; ++i) all.push_back(mark(i));
  return all;
}

void RollingWindow::restore(std::span<const Mark> marks, MonotonicTime now) {
  DCHECK(marks.size() <= kMaxMarks);
  used_ = 0;
  head_ = count_ = 0;
  is_restored_ = true;
  latest_ = std::max(latest_, now);
  for (const Mark& one : marks.first(std::min(marks.size(), kMaxMarks))) {
    if (count_ == ring_.size()) grow();
    mark(count_++) = one;
    used_ += one.cost;
    newest_since_ = one.last;
  }
  advance(now);
}

void RollingWindow::advance(MonotonicTime now) {
  latest_ = std::max(latest_, now);
  while (count_ > 0 && latest_ - mark(0).last >= window_) {
    used_ -= mark(0).cost;
    head_ = (head_ + 1) & (ring_.size() - 1);
    --count_;
  }
}

/// Keeps the newest mark, which newest_since_ describes.
void RollingWindow::drop_empty() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (mark(i).cost > 0 || i + 1 == count_) mark(kept++) = mark(i);
  }
  count_ = kept;
}

void RollingWindow::grow() {
  std::vector<Mark> larger(ring_.empty() ? kFirstMarks : ring_.size() * 2);
  for (std::size_t i = 0; i < count_; ++i) larger[i] = mark(i);
  ring_.swap(larger);
  head_ = 0;
}

std::chrono::nanoseconds RollingWindow::wait_for(std::int64_t cost) const {
  if (cost > limit_) return Admission::kNever;
  std::int64_t used = used_;
  for (std::size_t i = 0;; ++i) {
    CHECK(i < count_);  // If nothing is used, a cost within the limit fits.
    used -= mark(i).cost;
    if (cost <= limit_ - used) return mark(i).last + window_ - latest_;
  }
}

std::chrono::nanoseconds RollingWindow::until_empty() const {
  for (std::size_t i = count_; i > 0; --i) {
    if (mark(i - 1).cost > 0) return mark(i - 1).last + window_ - latest_;
  }
  return std::chrono::nanoseconds::zero();
}

}  // namespace weir::limit
