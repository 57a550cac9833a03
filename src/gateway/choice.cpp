#include "gateway/choice.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "upstream/breaker.hpp"
#include "upstream/picker.hpp"

namespace weir::gateway {
namespace {

// Both are behind every priority that can be set. A full upstream is for when every other one is
// full too: a call can wait for it. A route whose model has not been listed for the grace time
// comes last: a call that waits will be served, while this route may answer that the model is
// unknown.
constexpr int kFullPriority = 1'000'000;
constexpr int kLastPriority = 10'000'000;

// Null: the route cannot be used, now or later.
const Destination* destination_of(const Routes& routes, const catalogue::Route& route) {
  if (routes.only != nullptr && route.upstream != *routes.only) return nullptr;
  const auto* to = routes.directory.find(route.upstream);
  return to != nullptr && !to->head(routes.endpoint).empty() ? to : nullptr;
}

}  // namespace

std::optional<Choice> choose(const Routes& routes, std::bitset<kMaxRoutes> tried,
                             std::uint64_t random, MonotonicTime now) {
  std::array<upstream::Candidate, kMaxRoutes> candidates;
  std::array<const Destination*, kMaxRoutes> destinations{};
  const auto count = std::min(routes.model.routes.size(), kMaxRoutes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& route = routes.model.routes[i];
    const auto* to = destinations[i] = destination_of(routes, route);
    auto& candidate = candidates[i];
    candidate.usable = false;
    if (to == nullptr) continue;
    candidate.priority = route.priority.value_or(to->priority);
    if (route.status == catalogue::Status::unavailable) candidate.priority += kLastPriority;
    if (to->upstream->slots().is_full()) candidate.priority += kFullPriority;
    candidate.weight = route.weight.value_or(to->weight);
    candidate.in_flight = to->upstream->slots().in_flight();
    const auto health = to->upstream->health(now);
    candidate.usable = !tried[i] && health.admits;
    candidate.in_doubt = health.in_doubt;
  }
  const auto picked = upstream::pick(std::span(candidates).first(count), random);
  if (!picked) return std::nullopt;
  return Choice{&routes.model.routes[*picked], destinations[*picked], *picked};
}

NoChoice why_none(const Routes& routes, MonotonicTime now) {
  bool known = false;
  bool cooling = true;
  auto soonest = MonotonicTime::max();
  for (const auto& route : routes.model.routes) {
    const auto* to = destination_of(routes, route);
    if (to == nullptr) continue;
    known = true;
    cooling = cooling && to->upstream->state() == upstream::BreakerState::admitting;
    soonest = std::min(soonest, to->upstream->ready_at());
  }
  if (!known) {
    const bool speaks_other = routes.only == nullptr && !routes.model.routes.empty();
    return speaks_other ? NoChoice{Errc::wrong_endpoint, {}}
                        : NoChoice{Errc::upstream_unavailable, std::chrono::seconds(1)};
  }
  // Another call's probe may have ended the refusal meanwhile.
  const auto wait = std::chrono::ceil<std::chrono::seconds>(std::max(soonest, now) - now);
  return {cooling ? Errc::upstream_rate_limited : Errc::upstream_unavailable,
          std::max(std::chrono::seconds(1), wait)};
}

}  // namespace weir::gateway
