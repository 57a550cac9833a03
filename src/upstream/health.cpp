#include "upstream/health.hpp"

namespace weir::upstream {

Health::Change::~Change() {
  const Breaker& breaker = health_.breaker_;
  store(health_.ready_at_, breaker.ready_at());
  store(health_.doubt_until_, breaker.doubt_until());
  health_.state_.store(breaker.state(), std::memory_order_relaxed);
}

std::optional<Breaker::Pass> Health::try_admit(MonotonicTime now) {
  const Change change(*this);
  return breaker_.try_admit(now);
}

bool Health::report(Breaker::Pass pass, Evidence evidence, MonotonicTime now, Witness witness) {
  const Change change(*this);
  const auto before = breaker_.state();
  breaker_.report(pass, evidence, now, witness);
  if (evidence == Evidence::bad) expect_successes(now);
  return before == BreakerState::admitting && breaker_.state() == BreakerState::refusing;
}

void Health::began(Breaker::Pass pass) {
  if (state() == BreakerState::admitting) return;
  const Change change(*this);
  breaker_.began(pass);
}

void Health::forgive(MonotonicTime now) {
  const Change change(*this);
  breaker_.forgive(now);
}

int Health::failures() const {
  const std::lock_guard lock(mutex_);
  return breaker_.failures();
}

void Health::distrust(MonotonicTime now, Breaker::Until until) {
  const Change change(*this);
  breaker_.distrust(now, until);
  expect_successes(now);
}

void Health::cool_down(std::optional<std::chrono::seconds> retry_after, MonotonicTime now) {
  const Change change(*this);
  breaker_.cool_down(retry_after, now);
}

void Health::listed(MonotonicTime now) {
  if (!needs_successes(now)) return;
  const Change change(*this);
  breaker_.listed();
}

void Health::healthy(MonotonicTime now) {
  if (!needs_successes(now)) return;
  const Change change(*this);
  breaker_.healthy();
}

void Health::configure(const BreakerSettings& settings) {
  window_.store(settings.window, std::memory_order_relaxed);
  const Change change(*this);
  breaker_.configure(settings);
}

}  // namespace weir::upstream
