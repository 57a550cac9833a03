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
    // One probe at a time: where calls hang, each is a client that waits. A lost one must not delay
    // the next for ever.
    next_probe_ = now + std::max(refusal_, settings_.max_refusal);
  }
  return Pass(epoch_);
}

void Breaker::LastKeys::add(std::uint64_t key, MonotonicTime now) {
  if (key != latest_.key) before_ = latest_;
  latest_ = {key, now};
}

// Other keys succeed, and none of them has failed.
bool Breaker::is_alone(std::uint64_t key, MonotonicTime now) const {
  if (key == 0) return false;
  const auto since = now - settings_.window;
  return succeeded_.other_than(key) > since && failed_.other_than(key) <= since;
}

void Breaker::report(Pass pass, Evidence evidence, MonotonicTime now, Witness witness) {
  if (pass.epoch_ != epoch_) return;
  const bool is_probe = state_ == BreakerState::probing;
  switch (evidence) {
    case Evidence::none:
      if (is_probe) next_probe_ = now;
      return;
    case Evidence::weak:
      if (is_probe) next_probe_ = now;
      if (is_alone(witness.key, now)) return;
      if (++weak_ >= kWeakForDoubt) doubt(now, kMaxWeakDoubt);
      return;
    case Evidence::good:
      trust();
      consecutive_ = 0;
      only_connections_ = true;
      succeeded_.add(witness.key, now);
      recent_.add({.calls = 1}, now);
      if (is_probe) admit();
      return;
    case Evidence::bad:
      doubt(now);
      failed_.add(witness.key, now);
      only_connections_ = only_connections_ && witness.trouble == Trouble::connection;
      if (is_probe) {
        refuse(std::min(2 * refusal_, settings_.max_refusal), now);
        return;
      }
      if (is_alone(witness.key, now)) return;
      ++consecutive_;
      recent_.add({.calls = 1, .watched = 1}, now);
      if (has_failed_too_often(now)) refuse(settings_.first_refusal, now);
      return;
  }
}

void Breaker::began(Pass pass) {
  if (pass.epoch_ == epoch_ && state_ == BreakerState::probing) {
    trust();
    admit();
  }
}

void Breaker::forgive(MonotonicTime now) {
  if (state_ != BreakerState::admitting || consecutive_ == 0) return;
  --consecutive_;
  recent_.add({.watched = -1}, now);
  if (consecutive_ == 0) trust();
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
void Breaker::doubt(MonotonicTime now, std::chrono::seconds most) {
  if (in_doubt(now)) return;
  doubt_ = std::clamp(2 * doubt_, kFirstDoubt, most);
  doubt_until_ = now + doubt_;
}

void Breaker::distrust(MonotonicTime now, Until until) {
  doubt(now);
  if (until == Until::later) return;
  (until == Until::listed ? is_unlisted_ : is_unhealthy_) = true;
  doubt_until_ = std::max(doubt_until_, now + kUnlistedDoubt);
}

void Breaker::trust() {
  weak_ = 0;
  is_unlisted_ = is_unhealthy_ = false;
  doubt_ = {};
  doubt_until_ = MonotonicTime::min();
}

void Breaker::admit() {
  state_ = BreakerState::admitting;
  ++epoch_;
  consecutive_ = 0;
  only_connections_ = true;
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
  if (is_unlisted_ && consecutive_ == 0) {
    is_unlisted_ = false;
    if (!is_unhealthy_) trust();
  }
  if (state_ == BreakerState::admitting || !only_connections_) return;
  admit();
  trust();
}

void Breaker::healthy() {
  if (!is_unhealthy_) return;
  is_unhealthy_ = false;
  if (is_unlisted_) return;
  if (consecutive_ == 0) return trust();
  // Calls failed as well, which ends with those that succeed: they must come.
  doubt_until_ = MonotonicTime::min();
}

void Breaker::configure(const BreakerSettings& settings) {
  if (settings.window != settings_.window) recent_ = RecentCounts(settings.window);
  settings_ = settings;
}

}  // namespace weir::upstream
