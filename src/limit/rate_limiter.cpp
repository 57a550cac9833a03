#include "limit/rate_limiter.hpp"

namespace weir::limit {

RateLimiter::RateLimiter(std::int64_t limit, std::chrono::nanoseconds window)
    : limit_(limit), window_(limit, window) {}

Admission RateLimiter::try_take(std::int64_t cost, MonotonicTime now) {
  if (limit() == 0) return {};
  std::lock_guard lock(mutex_);
  return window_.try_take(cost, now);
}

void RateLimiter::set_limit(std::int64_t limit) {
  std::lock_guard lock(mutex_);
  window_.set_limit(limit);
  limit_.store(limit, std::memory_order_relaxed);
}

bool RateLimiter::idle(MonotonicTime now) const {
  std::lock_guard lock(mutex_);
  return window_.idle(now);
}

}  // namespace weir::limit
