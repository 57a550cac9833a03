#include "gateway/choice.hpp"

#include <algorithm>
#include <span>

#include "upstream/affinity.hpp"
#include "upstream/health.hpp"
#include "upstream/picker.hpp"

namespace weir::gateway {
namespace {

// A route whose model has not been listed for the grace time comes last, behind what is full: a
// call that waits will be served, while this route may answer that the model is unknown.
constexpr int kLastPriority = 10 * upstream::kFullPriority;

/// Routes for which choosing allocates nothing.
constexpr std::size_t kUsualRoutes = 32;

bool can_use(const Routes& routes, const catalogue::Route& route, const Path& path) {
  if (routes.only != nullptr && route.upstream != *routes.only) return false;
  if (path.destination == nullptr) return false;
  if (routes.is_session && !path.destination->sessions.contains(routes.endpoint)) return false;
  const auto called_at = path.destination->called_at(routes.endpoint);
  return called_at && (routes.translates || *called_at == routes.endpoint);
}

// Those of equal priority that speak the client's API come first: nothing is lost there.
int priority_of(const catalogue::Route& route, const Destination& to, catalogue::Endpoint called) {
  const int priority = 2 * route.priority.value_or(to.priority);
  return to.head(called).empty() ? priority + 1 : priority;
}

upstream::Candidate candidate_of(const Routes& routes, const catalogue::Route& route,
                                 const Path& path, MonotonicTime now) {
  const Destination& to = *path.destination;
  upstream::Candidate candidate;
  candidate.priority = priority_of(route, to, routes.endpoint);
  if (route.status == catalogue::Status::unavailable) candidate.priority += kLastPriority;
  candidate.is_full = to.upstream->slots().is_full();
  if (candidate.is_full) candidate.priority += upstream::kFullPriority;
  candidate.weight = route.weight.value_or(to.weight);
  candidate.in_flight = to.upstream->slots().demand();
  candidate.id = to.upstream->id();
  const auto& whole = to.upstream->health();
  candidate.usable = whole.admits(now) && path.health->admits(now);
  candidate.in_doubt = whole.in_doubt(now) || path.health->in_doubt(now);
  return candidate;
}

std::optional<upstream::AffinePick> pick(const Routes& routes,
                                         std::span<const upstream::Candidate> candidates,
                                         std::uint64_t random) {
  if (routes.affinity) return upstream::pick_by_affinity(candidates, *routes.affinity);
  const auto drawn = upstream::pick(candidates, random);
  if (!drawn) return std::nullopt;
  return upstream::AffinePick{*drawn, upstream::AffinityResult::none};
}

}  // namespace

std::optional<Choice> choose(const Routes& routes, const RouteSet& tried, std::uint64_t random,
                             MonotonicTime now) {
  const auto& all = routes.model.routes;
  const auto paths = routes.directory.paths_of(routes.model);
  boost::container::small_vector<upstream::Candidate, kUsualRoutes> candidates;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_open = !tried.has(i) && can_use(routes, all[i], paths[i]);
    candidates.push_back(is_open ? candidate_of(routes, all[i], paths[i], now)
                                 : upstream::Candidate{.usable = false});
  }
  const auto picked = pick(routes, {candidates.data(), candidates.size()}, random);
  if (!picked) return std::nullopt;
  const auto index = picked->index;
  const auto& path = paths[index];
  return Choice{&all[index],
                path.destination,
                path.health.get(),
                index,
                picked->result,
                candidates[index].in_doubt,
                *path.destination->called_at(routes.endpoint)};
}

bool opens_sessions(const catalogue::Catalogue& models, const Directory& directory,
                    const catalogue::Scope& scope, catalogue::Endpoint endpoint) {
  bool has_any = false;
  const auto& row = catalogue::describe(endpoint);
  for (const auto& model : models.models()) {
    if (!row.takes(model.model_class.sub_types) || !scope.admits(model)) continue;
    const auto paths = directory.paths_of(model);
    has_any = std::ranges::any_of(paths, [&](const Path& path) {
      return path.destination != nullptr && path.destination->sessions.contains(endpoint);
    });
    if (!has_any) return false;
  }
  return has_any;
}

NoChoice why_none(const Routes& routes, MonotonicTime now) {
  bool known = false;
  bool cooling = true;
  auto soonest = MonotonicTime::max();
  const auto& all = routes.model.routes;
  const auto paths = routes.directory.paths_of(routes.model);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!can_use(routes, all[i], paths[i])) continue;
    known = true;
    const auto& whole = paths[i].destination->upstream->health();
    const auto& model = *paths[i].health;
    cooling = cooling && whole.state() == upstream::BreakerState::admitting &&
              model.state() == upstream::BreakerState::admitting;
    soonest = std::min(soonest, std::max(whole.ready_at(), model.ready_at()));
  }
  if (!known) {
    const bool speaks_other = routes.only == nullptr && !all.empty();
    return speaks_other ? NoChoice{Errc::wrong_endpoint, {}}
                        : NoChoice{Errc::upstream_unavailable, std::chrono::seconds(1)};
  }
  // Another call's probe may have ended the refusal meanwhile.
  const auto wait = std::chrono::ceil<std::chrono::seconds>(std::max(soonest, now) - now);
  return {cooling ? Errc::upstream_rate_limited : Errc::upstream_unavailable,
          std::max(std::chrono::seconds(1), wait)};
}

}  // namespace weir::gateway
