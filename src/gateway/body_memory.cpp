#include "gateway/body_memory.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace weir::gateway {

BodyMemory::~BodyMemory() { CHECK(begun_.empty() && new_.empty()); }

std::int64_t BodyMemory::bound(const upstream::Settings& settings) const {
  if (settings.buffer_bytes > 0) return settings.buffer_bytes;
  return std::max(default_, settings.max_body_bytes);
}

bool BodyMemory::hold(std::int64_t bytes, std::int64_t most) {
  // Never counted beyond the bound, not even for a moment: others would be refused.
  auto held = held_.load();
  while (bytes <= most - held) {
    if (held_.compare_exchange_weak(held, held + bytes)) return true;
  }
  return false;
}

void BodyMemory::release(std::int64_t bytes) {
  held_.fetch_sub(bytes);
  if (waiting_.load() > 0) changed();
}

bool BodyMemory::try_promise(std::int64_t bytes, std::int64_t most) {
  const std::lock_guard lock(mutex_);
  return waiting_.load() == 0 && meet({.bytes = bytes, .most = most});
}

void BodyMemory::end_promise(std::int64_t bytes) {
  promised_.fetch_sub(bytes);
  if (waiting_.load() > 0) changed();
}

bool BodyMemory::enqueue(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  auto& queue = queue_of(waiter);
  // Counted before the look: whoever releases memory after it sees the waiter.
  waiting_.fetch_add(1);
  if ((queue.empty() || waiter.need_.has_begun) && meet(waiter.need_)) {
    waiting_.fetch_sub(1);
    return true;
  }
  queue.push_back(waiter);
  kept_ += waiter.need_.kept;
  return false;
}

bool BodyMemory::is_stuck() {
  const std::lock_guard lock(mutex_);
  return !begun_.empty() && std::ranges::all_of(begun_, [this](const Waiter& waiter) {
    return waiter.need_.bytes > waiter.need_.most - kept_;
  });
}

bool BodyMemory::try_begin(Waiter& waiter, MonotonicTime now, MonotonicClock::duration step) {
  const std::lock_guard lock(mutex_);
  const Need& need = waiter.need_;
  const bool is_first = begun_.empty() && !new_.empty() && &new_.front() == &waiter;
  if (!is_first || now < next_begin_ || need.bytes > need.most - held_.load()) return false;
  next_begin_ = now + step;
  promised_.fetch_add(need.bytes);
  remove(new_, waiter);
  return true;
}

void BodyMemory::remove(Queue& queue, Waiter& waiter) {
  queue.erase(queue.iterator_to(waiter));
  kept_ -= waiter.need_.kept;
  waiting_.fetch_sub(1);
}

bool BodyMemory::leave(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  if (!waiter.is_linked()) return false;
  remove(queue_of(waiter), waiter);
  // The next may need less.
  hand_out();
  return true;
}

void BodyMemory::changed() {
  const std::lock_guard lock(mutex_);
  hand_out();
}

bool BodyMemory::meet(const Need& need) {
  if (!need.has_begun) {
    if (held_.load() + promised_.load() + need.bytes > need.most) return false;
    promised_.fetch_add(need.bytes);
    return true;
  }
  return hold(need.bytes, need.most);
}

void BodyMemory::grant(Queue& queue, Waiter& waiter) {
  remove(queue, waiter);
  waiter.granted();
}

// A body that has begun holds memory until it is complete: one that needs little may be the one to
// end.
void BodyMemory::hand_out() {
  for (auto next = begun_.begin(); next != begun_.end();) {
    Waiter& waiter = *next++;
    if (meet(waiter.need_)) grant(begun_, waiter);
  }
  while (begun_.empty() && !new_.empty() && meet(new_.front().need_)) grant(new_, new_.front());
}

}  // namespace weir::gateway
