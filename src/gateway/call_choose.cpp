// Stage: choice of an upstream, retries, and when to give up.
#include "gateway/call.hpp"

namespace weir::gateway {

// Explains a failure to choose before the first attempt; later, the last attempt's error stands.
void Call::explain_no_choice(MonotonicTime now) {
  if (refusal_) return;
  const auto [code, retry_after] = why_none(routes(), now);
  refuse(code, code == Errc::wrong_endpoint ? wrong_endpoint_message(true) : std::string{});
  refusal_->retry_after = retry_after;
}

net::Task<bool> Call::wait_for_slot(upstream::Slots& slots) {
  record_.phase = Phase::queued;
  record_.upstream = choice_.route->upstream;
  SlotWait wait(client_.socket().get_executor(), slots);
  waiting_ = &wait;
  const auto began = monotonic_now();
  const auto patience = began + settings().queue_timeout;
  const bool granted = co_await wait.wait_until(std::min(patience, total_deadline_));
  waiting_ = nullptr;
  slot_at_ = monotonic_now();
  elsewhere_ += slot_at_ - began;
  co_return granted;
}

net::Task<bool> Call::find_answer() {
  for (;;) {
    try_began_ = monotonic_now();
    elsewhere_before_ = elsewhere_;
    const auto choice = choose(routes(), tried_, gateway_.random(), try_began_);
    if (!choice) {
      explain_no_choice(try_began_);
      co_return false;
    }
    choice_ = *choice;
    auto& upstream = *choice_.destination->upstream;
    slot_at_ = try_began_;
    const bool granted = upstream.slots().try_take() || co_await wait_for_slot(upstream.slots());
    if (granted) slot_.hold(upstream.slots());
    if (left_ || must_end_) co_return false;
    if (!granted) {
      tried_[choice_.index] = true;
      refuse(Errc::upstream_busy);
      refusal_->retry_after = std::chrono::seconds(1);
      continue;
    }
    pass_ = upstream.try_admit(needs_budget_, slot_at_);
    if (!pass_) {
      slot_.release();
      tried_[choice_.index] = true;
      continue;
    }
    record_.upstream = choice_.route->upstream;
    ++record_.attempts;
    ended_.reset();
    if (co_await attempt()) co_return true;
    if (!conclude()) co_return false;
  }
}

bool Call::conclude() {
  Try& ended = *ended_;
  auto& upstream = *choice_.destination->upstream;
  const auto now = monotonic_now();
  elsewhere_ = elsewhere_before_ + (now - try_began_);  // the whole attempt, waits included
  const auto& row = upstream::describe(ended.outcome);
  upstream.report(*pass_, row.evidence, now);
  slot_.release();
  give_back(now);
  if (ended.outcome == Outcome::rate_limited) upstream.cool_down(ended.retry_after, now);
  gateway_.metrics_.count_attempt(choice_.route->upstream, row.slug);
  refusal_.reset();
  if (!ended.error) return false;
  refuse(*ended.error, std::move(ended.message));
  if (ended.retry_after) refusal_->retry_after = ended.retry_after;

  const auto again = upstream::may_retry(ended.outcome, replayable_, client_.begun());
  if (again == upstream::Again::never) return false;
  // A stale idle connection is nobody's failure and costs nothing.
  const bool was_stale = again == upstream::Again::same;
  if (!was_stale && ++retries_ > settings().retries) return false;
  const bool cost_nothing =
      was_stale || ended.outcome == Outcome::connect_failed || ended.outcome == Outcome::no_socket;
  needs_budget_ = !cost_nothing;
  force_new_connection_ = was_stale;
  tried_[choice_.index] = !was_stale;
  return true;
}

}  // namespace weir::gateway
