#include "upstream/slots.hpp"

#include "base/check.hpp"

namespace weir::upstream {

Slots::~Slots() { CHECK(queue_.empty()); }

bool Slots::has_room(State state) const {
  const int limit = limit_.load(std::memory_order_relaxed);
  return limit == 0 || in_flight_in(state) < limit;
}

bool Slots::is_full() const {
  const State state = state_.load(std::memory_order_relaxed);
  return waiting_in(state) > 0 || !has_room(state);
}

bool Slots::try_take() {
  State state = state_.load(std::memory_order_relaxed);
  while (waiting_in(state) == 0 && has_room(state)) {
    if (state_.compare_exchange_weak(state, state + kOneInFlight, std::memory_order_acquire,
                                     std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

Slots::Place Slots::enqueue(Waiter& waiter) {
  std::lock_guard lock(mutex_);
  State state = state_.load(std::memory_order_relaxed);
  while (true) {
    const bool free = waiting_in(state) == 0 && has_room(state);
    if (!free && waiting_in(state) >= queue_limit_) return Place::refused;
    if (state_.compare_exchange_weak(state, state + (free ? kOneInFlight : kOneWaiting),
                                     std::memory_order_acquire, std::memory_order_relaxed)) {
      if (free) return Place::taken;
      queue_.push_back(waiter);
      return Place::queued;
    }
  }
}

bool Slots::leave(Waiter& waiter) {
  std::lock_guard lock(mutex_);
  if (!waiter.is_linked()) return false;
  queue_.erase(queue_.iterator_to(waiter));
  state_.fetch_sub(kOneWaiting, std::memory_order_relaxed);
  return true;
}

void Slots::release() {
  const State before = state_.fetch_sub(kOneInFlight, std::memory_order_release);
  DCHECK(in_flight_in(before) > 0);
  if (waiting_in(before) == 0) return;
  // Nobody overtakes before the lock is taken: try_take() refuses while there are waiters.
  std::lock_guard lock(mutex_);
  hand_out();
}

void Slots::configure(int limit, int queue) {
  std::lock_guard lock(mutex_);
  limit_.store(limit, std::memory_order_relaxed);
  queue_limit_ = queue;
  hand_out();
}

void Slots::hand_out() {
  while (!queue_.empty() && has_room(state_.load(std::memory_order_acquire))) {
    state_.fetch_add(kOneInFlight - kOneWaiting, std::memory_order_relaxed);
    Waiter& first = queue_.front();
    queue_.pop_front();
    first.granted();
  }
}

}  // namespace weir::upstream
