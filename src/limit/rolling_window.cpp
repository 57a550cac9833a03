#include "limit/rolling_window.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace weir::limit {

namespace {

constexpr std::size_t kFirstMarks = 4;

/// Marks begun more than a resolution apart, of which the oldest still counts, are at most
/// window / resolution + 2: they always fit.
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
  // Every mark costs at least 1, so a small limit has room for a mark per take.
  const bool exact = limit <= static_cast<std::int64_t>(kMaxMarks);
  resolution_ = exact ? std::chrono::nanoseconds::zero() : window_ / kSpans;
}

Admission RollingWindow::try_take(std::int64_t cost, MonotonicTime now) {
  DCHECK(cost >= 0);
  if (limit_ == 0) return {};
  latest_ = std::max(latest_, now);
  expire();

  // After a limit was lowered, more may be used than it allows.
  const std::int64_t room = std::max<std::int64_t>(0, limit_ - used_);
  if (cost > room) return {false, wait_for(cost), room, until_empty()};
  if (cost > 0) remember(cost);
  return {true, std::chrono::nanoseconds::zero(), room - cost, until_empty()};
}

bool RollingWindow::idle(MonotonicTime now) const {
  return count_ == 0 || now - mark(count_ - 1).last >= window_;
}

void RollingWindow::expire() {
  while (count_ > 0 && latest_ - mark(0).last >= window_) {
    used_ -= mark(0).cost;
    head_ = (head_ + 1) & (ring_.size() - 1);
    --count_;
  }
}

void RollingWindow::remember(std::int64_t cost) {
  used_ += cost;
  // A full ring merges whatever its resolution: after a limit was raised, old fine marks may fill
  // it. The merged cost counts too long, never too short.
  if (count_ > 0 && (latest_ - newest_since_ <= resolution_ || count_ == kMaxMarks)) {
    Mark& newest = mark(count_ - 1);
    newest.last = latest_;
    newest.cost += cost;
    return;
  }
  if (count_ == ring_.size()) grow();
  mark(count_++) = {latest_, cost};
  newest_since_ = latest_;
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
  for (std::size_t i = 0; i < count_; ++i) {
    used -= mark(i).cost;
    if (cost <= limit_ - used) return mark(i).last + window_ - latest_;
  }
  CHECK(false);  // With nothing used, a cost within the limit fits.
  return Admission::kNever;
}

std::chrono::nanoseconds RollingWindow::until_empty() const {
  if (count_ == 0) return std::chrono::nanoseconds::zero();
  return mark(count_ - 1).last + window_ - latest_;
}

}  // namespace weir::limit
