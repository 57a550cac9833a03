#include "upstream/breaker.hpp"

#include <algorithm>

namespace weir::upstream {

MonotonicTime Breaker::ready_at() const {
  return state_ == BreakerState::admitting ? cool_until_ : std::max(cool_until_, next_probe_);
}

std::optional<Breaker::Pass> Breaker::try_admit(MonotonicTime now) {
  if (!admits(now)) return std::nullopt;
  if (state_ != BreakerState::admitting) {
    state_ = BreakerState::probing;
    // A probe may be a long generation, or be lost: it must not delay the next one for ever.
    next_probe_ = now + refusal_;
  }
  return Pass(epoch_);
}

void Breaker::report(Pass pass, Evidence evidence, MonotonicTime now) {
  if (pass.epoch_ != epoch_) return;
  const bool is_probe = state_ == BreakerState::probing;
  switch (evidence) {
    case Evidence::none:
      if (is_probe) next_probe_ = now;
      return;
    case Evidence::good:
      trust();
      consecutive_ = 0;
      recent_.add({.calls = 1}, now);
      if (is_probe) admit();
      return;
    case Evidence::bad:
      doubt(now);
      ++consecutive_;
      recent_.add({.calls = 1, .watched = 1}, now);
      if (is_probe) {
        refuse(std::min(2 * refusal_, settings_.max_refusal), now);
      } else if (has_failed_too_often(now)) {
        refuse(settings_.first_refusal, now);
      }
      return;
  }
}

bool Breaker::has_failed_too_often(MonotonicTime now) const {
  const int in_a_row = settings_.consecutive_failures;
  if (in_a_row > 0 && consecutive_ >= in_a_row) return true;
  if (settings_.failure_percent == 0) return false;
  const auto [calls, failures] = recent_.sum(now);
  return calls >= settings_.min_calls && failures * 100 >= calls * settings_.failure_percent;
}

void Breaker::refuse(std::chrono::milliseconds time, MonotonicTime now) {
  state_ = BreakerState::refusing;
  ++epoch_;
  refusal_ = time;
  next_probe_ = now + time;
}

// Failures of calls that ran side by side are one event.
void Breaker::doubt(MonotonicTime now) {
  if (in_doubt(now)) return;
  doubt_ = std::clamp(2 * doubt_, kFirstDoubt, kMaxDoubt);
  doubt_until_ = now + doubt_;
}

void Breaker::trust() {
  doubt_ = {};
  doubt_until_ = MonotonicTime::min();
}

void Breaker::admit() {
  state_ = BreakerState::admitting;
  ++epoch_;
  consecutive_ = 0;
  recent_.clear();
}

std::chrono::seconds Breaker::bounded(std::chrono::seconds retry_after) {
  return std::clamp<std::chrono::seconds>(retry_after, kDefaultCoolDown, kMaxCoolDown);
}

void Breaker::cool_down(std::optional<std::chrono::seconds> retry_after, MonotonicTime now) {
  const auto time = bounded(retry_after.value_or(kDefaultCoolDown));
  cool_until_ = std::max(cool_until_, now + time);
}

void Breaker::listed() {
  if (state_ != BreakerState::admitting) admit();
}

void Breaker::configure(const BreakerSettings& settings) {
  if (settings.window != settings_.window) recent_ = RecentCounts(settings.window);
  settings_ = settings;
}

}  // namespace weir::upstream
