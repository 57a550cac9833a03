#include "discovery/health_checks.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "discovery/kinds.hpp"
#include "telemetry/log.hpp"

namespace weir::discovery {
namespace {

constexpr std::size_t kMaxAnswerBytes = 64 << 10;

bool is_same(const UpstreamSettings& a, const UpstreamSettings& b) {
  return a.name == b.name && a.kind == b.kind && a.url == b.url &&
         a.api_key.reveal() == b.api_key.reveal() && a.tls() == b.tls();
}

std::string_view name(HealthAnswer answer) {
  switch (answer) {
    case HealthAnswer::alive:
      return "alive";
    case HealthAnswer::failing:
      return "failing";
    case HealthAnswer::refused:
      return "refused";
    case HealthAnswer::unanswered:
      return "unanswered";
    case HealthAnswer::absent:
      return "absent";
    case HealthAnswer::unknown:
      return "unknown";
  }
  __builtin_unreachable();
}

}  // namespace

void HealthChecks::apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams) {
  settings_ = settings;
  std::vector<std::shared_ptr<Engine>> next;
  for (const auto& upstream : upstreams) {
    const Kind* kind = find_kind(upstream.kind);
    auto base = parse_base_url(upstream.url);
    CHECK(kind != nullptr && base.has_value());
    if (kind->health_path.empty()) continue;
    const auto known = std::ranges::find_if(
        engines_, [&](const auto& engine) { return is_same(engine->settings, upstream); });
    if (known != engines_.end()) {
      (*known)->settings = upstream;
      next.push_back(*known);
      continue;
    }
    Target target{
        .base = std::move(*base), .kind = kind, .key = upstream.api_key, .tls = upstream.tls()};
    next.push_back(std::make_shared<Engine>(upstream, std::move(target)));
  }
  engines_ = std::move(next);
}

void HealthChecks::ask_due(const Waits& waits, std::chrono::milliseconds interval,
                           MonotonicTime now) {
  for (const auto& engine : engines_) {
    if (asking_ >= settings_.max_concurrent) return;
    if (!engine->state.is_due(waits(engine->settings.name, interval), interval, now)) continue;
    engine->state.asked(now);
    ++asking_;
    tasks_.spawn("health", ask(engine));
  }
}

net::Task<> HealthChecks::ask(std::shared_ptr<Engine> engine) {
  const auto deadline = monotonic_now() + engine->settings.timeout.value_or(settings_.timeout);
  const auto& kind = *engine->target.kind;
  auto ask = Ask::server(std::string(kind.health_path));
  ask.target = request_target(engine->target.base, kind, ApiRoot::versioned, ask);
  auto asking = asker_.send(engine->target, std::move(ask), kMaxAnswerBytes, deadline);
  const auto answer = read_health(co_await std::move(asking));
  --asking_;
  const bool is_current = std::ranges::find(engines_, engine) != engines_.end();
  if (!is_current) co_return;
  auto& state = engine->state;
  const bool had_failed = state.has_failed();
  state.answered(answer);
  const auto& upstream = engine->settings.name;
  if (state.has_failed() && !had_failed) {
    telemetry::log_warn(
        "engine is not healthy",
        {{"upstream", upstream}, {"path", kind.health_path}, {"answer", name(answer)}});
  }
  if (answer == HealthAnswer::absent || answer == HealthAnswer::unknown) co_return;
  found_(upstream, {.began = state.asked_at(), .answer = answer, .in_a_row = state.lifeless()});
}

net::Task<> HealthChecks::stop() {
  engines_.clear();
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace weir::discovery
