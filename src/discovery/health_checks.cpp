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

class HealthChecks::Request {
 public:
  Request(int& count, HealthState& state) : count_(count), state_(state) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() {
    --count_;
    state_.dropped();
  }

 private:
  int& count_;
  HealthState& state_;
};

void HealthChecks::apply(const Settings& settings, const std::vector<UpstreamSettings>& upstreams) {
  settings_ = settings;
  std::vector<std::shared_ptr<Engine>> next;
  for (const auto& upstream : upstreams) {
    const Kind* kind = find_kind(upstream.kind);
    auto base = parse_base_url(upstream.url);
    CHECK(kind != nullptr && base.has_value());
    if (kind->health_path.empty()) continue;
    Target target{
        .base = std::move(*base), .kind = kind, .key = upstream.api_key, .tls = upstream.tls()};
    const auto known = std::ranges::find(engines_, upstream.name,
                                         [](const auto& engine) { return engine->settings.name; });
    if (known == engines_.end()) {
      next.push_back(std::make_shared<Engine>(upstream, std::move(target)));
      continue;
    }
    Engine& engine = **known;
    if (!is_same(engine.settings, upstream)) {
      engine.target = std::move(target);
      engine.state.moved();
      ++engine.version;
    }
    engine.settings = upstream;
    next.push_back(*known);
  }
  std::swap(engines_, next);
  for (const auto& engine : next) {
    if (std::ranges::find(engines_, engine) == engines_.end()) let_go(*engine);
  }
}

void HealthChecks::let_go(Engine& engine) {
  const bool had_failed = engine.state.has_failed();
  engine.state.forget();
  if (had_failed) found_(engine.settings.name, {.answer = HealthAnswer::absent});
}

void HealthChecks::ask_due(const Waits& waits, std::chrono::milliseconds interval,
                           MonotonicTime now) {
  if (interval.count() == 0) {
    for (const auto& engine : engines_) let_go(*engine);
    return;
  }
  for (auto left = engines_.size(); left > 0 && asking_ < settings_.max_concurrent; --left) {
    const auto& engine = engines_[next_++ % engines_.size()];
    if (!engine->state.is_due(waits(engine->settings.name, interval), interval, now)) continue;
    engine->state.asked(now);
    ++asking_;
    tasks_.spawn("health", ask(engine));
  }
}

net::Task<> HealthChecks::ask(std::shared_ptr<Engine> engine) {
  const Request request(asking_, engine->state);
  const auto version = engine->version;
  const auto target = engine->target;
  const auto deadline = monotonic_now() + engine->settings.timeout.value_or(settings_.timeout);
  auto ask = Ask::server(std::string(target.kind->health_path));
  ask.target = request_target(target.base, *target.kind, ApiRoot::versioned, ask);
  auto asking = asker_.send(target, std::move(ask), kMaxAnswerBytes, deadline);
  const auto answer = read_health(co_await std::move(asking));
  const bool is_current =
      version == engine->version && std::ranges::find(engines_, engine) != engines_.end();
  if (is_current) take(*engine, answer);
}

void HealthChecks::take(Engine& engine, HealthAnswer answer) {
  auto& state = engine.state;
  const bool had_failed = state.has_failed();
  state.answered(answer, monotonic_now());
  const auto& upstream = engine.settings.name;
  if (state.has_failed() && !had_failed) {
    telemetry::log_warn("engine is not healthy", {{"upstream", upstream},
                                                  {"path", engine.target.kind->health_path},
                                                  {"answer", name(answer)}});
  }
  if (answer == HealthAnswer::unknown || (answer == HealthAnswer::absent && !had_failed)) return;
  found_(upstream, {.began = state.asked_at(), .answer = answer, .in_a_row = state.lifeless()});
}

net::Task<> HealthChecks::stop() {
  engines_.clear();
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace weir::discovery
