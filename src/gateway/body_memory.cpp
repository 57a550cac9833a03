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
  if (held_.fetch_add(bytes) + bytes <= most) return true;
  release(bytes);
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
  if (queue.empty() && meet(waiter.need_)) {
    waiting_.fetch_sub(1);
    return true;
  }
  queue.push_back(waiter);
  kept_ += waiter.need_.kept;
  return false;
}

bool BodyMemory::is_stuck() {
  const std::lock_guard lock(mutex_);
  return held_.load() <= kept_;
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
  hand_out(begun_);
  if (begun_.empty()) hand_out(new_);
  return true;
}

void BodyMemory::changed() {
  const std::lock_guard lock(mutex_);
  hand_out(begun_);
  if (begun_.empty()) hand_out(new_);
}

bool BodyMemory::meet(const Need& need) {
  if (!need.has_begun) {
    if (held_.load() + promised_.load() + need.bytes > need.most) return false;
    promised_.fetch_add(need.bytes);
    return true;
  }
  // Others hold more meanwhile, without the lock: counted first, as they do.
  if (held_.fetch_add(need.bytes) + need.bytes <= need.most) return true;
  held_.fetch_sub(need.bytes);
  return false;
}

void BodyMemory::hand_out(Queue& queue) {
  while (!queue.empty() && meet(queue.front().need_)) {
    Waiter& first = queue.front();
    remove(queue, first);
    first.granted();
  }
}

}  // namespace weir::gateway
