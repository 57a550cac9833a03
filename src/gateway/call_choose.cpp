// Stage: which upstream, how often, and when to give up.
#include <algorithm>

#include "gateway/call.hpp"
#include "upstream/picker.hpp"

namespace weir::gateway {
namespace {

// A route whose model was not seen for the grace time: behind all others, but not out of reach.
constexpr int kLastPriority = 1'000'000;

// Gives a slot back, whatever becomes of the try.
class HeldSlot {
 public:
  explicit HeldSlot(upstream::Slots& slots) : slots_(slots) {}
  HeldSlot(const HeldSlot&) = delete;
  HeldSlot& operator=(const HeldSlot&) = delete;
  ~HeldSlot() { slots_.release(); }

 private:
  upstream::Slots& slots_;
};

}  // namespace

bool Call::may_use(const catalogue::Route& route, const Destination& to) const {
  if (to.head(input_.endpoint).empty()) return false;
  return !place_ || route.upstream == place_->upstream;
}

std::optional<Call::Choice> Call::choose(MonotonicTime now) {
  std::array<upstream::Candidate, kMaxRoutes> candidates;
  std::array<const Destination*, kMaxRoutes> destinations{};
  const auto count = std::min(model_->routes.size(), kMaxRoutes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& route = model_->routes[i];
    const auto* to = input_.directory->find(route.upstream);
    auto& candidate = candidates[i];
    candidate.usable = false;
    if (to == nullptr || !may_use(route, *to)) continue;
    destinations[i] = to;
    candidate.priority = route.priority.value_or(to->priority);
    if (route.status == catalogue::Status::unavailable) candidate.priority += kLastPriority;
    candidate.weight = route.weight.value_or(to->weight);
    candidate.in_flight = to->upstream->slots().in_flight();
    candidate.usable = !tried_[i] && to->upstream->admits(now);
  }
  // splitmix64: the choice need not be unpredictable, only even.
  auto random = gateway_.random_ += 0x9E3779B97F4A7C15;
  random = (random ^ random >> 30) * 0xBF58476D1CE4E5B9;
  random = (random ^ random >> 27) * 0x94D049BB133111EB;
  random ^= random >> 31;
  const auto picked = upstream::pick(std::span(candidates).first(count), random);
  if (!picked) return std::nullopt;
  return Choice{&model_->routes[*picked], destinations[*picked], *picked};
}

// When nothing can be chosen before the first try; later, the last try's own reason counts.
void Call::explain_no_choice(MonotonicTime now) {
  if (refusal_) return;
  bool known = false;
  bool cooling = true;
  auto soonest = MonotonicTime::max();
  for (const auto& route : model_->routes) {
    const auto* to = input_.directory->find(route.upstream);
    if (to == nullptr || !may_use(route, *to)) continue;
    known = true;
    const auto& upstream = *to->upstream;
    cooling = cooling && upstream.state() == upstream::BreakerState::admitting;
    soonest = std::min(soonest, upstream.ready_at());
  }
  if (!known && !model_->routes.empty() && !place_) {
    refuse(Errc::wrong_endpoint, wrong_endpoint_message(true));
    return;
  }
  refuse(known && cooling ? Errc::upstream_rate_limited : Errc::upstream_unavailable);
  const auto wait = known && soonest > now ? soonest - now : MonotonicClock::duration{0};
  refusal_->retry_after =
      std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
}

net::Task<bool> Call::wait_for_slot(upstream::Slots& slots) {
  record_.phase = Phase::queued;
  SlotWait wait(client_.socket().get_executor(), slots);
  waiting_ = &wait;
  const auto began = monotonic_now();
  const auto patience = began + settings().queue_timeout;
  const bool granted = co_await wait.wait_until(std::min(patience, total_deadline_));
  waiting_ = nullptr;
  elsewhere_ += monotonic_now() - began;
  co_return granted;
}

net::Task<> Call::call_upstreams() {
  for (int retries = 0; !left_;) {
    const auto now = monotonic_now();
    const auto choice = choose(now);
    if (!choice) {
      explain_no_choice(now);
      co_return;
    }
    auto& upstream = *choice->destination->upstream;
    record_.upstream = choice->route->upstream;
    if (!upstream.slots().try_take() && !co_await wait_for_slot(upstream.slots())) {
      tried_[choice->index] = true;
      if (left_) co_return;
      refuse(Errc::upstream_busy);
      refusal_->retry_after = std::chrono::seconds(1);
      continue;
    }
    const HeldSlot slot(upstream.slots());
    if (left_) co_return;  // while the word of the slot was on its way
    const auto pass = upstream.try_admit(needs_budget_, monotonic_now());
    if (!pass) {
      tried_[choice->index] = true;
      continue;
    }
    ++record_.attempts;
    const Try ended = co_await attempt(*choice);
    const auto after = monotonic_now();
    elsewhere_ += after - now;
    const auto& row = upstream::describe(ended.outcome);
    upstream.report(*pass, row.evidence, after);
    if (ended.outcome == Outcome::rate_limited) upstream.cool_down(ended.retry_after, after);
    gateway_.metrics_.count_attempt(choice->route->upstream, row.slug);
    refusal_.reset();
    if (!ended.error) co_return;
    refuse(*ended.error, ended.message);
    refusal_->retry_after = ended.retry_after;

    const auto again = upstream::may_retry(ended.outcome, replayable_, client_.begun());
    // That an idle connection had been closed is nobody's failure, and costs nobody anything.
    const bool was_stale = again == upstream::Again::same && !force_new_connection_;
    if (again == upstream::Again::never) co_return;
    if (!was_stale && ++retries > settings().retries) co_return;
    needs_budget_ = ended.outcome != Outcome::connect_failed && !was_stale;
    force_new_connection_ = again == upstream::Again::same;
    tried_[choice->index] = again != upstream::Again::same;
  }
}

}  // namespace weir::gateway
