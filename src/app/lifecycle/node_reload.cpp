// Changes at run time: to the config, the certificate, and the keys in the store.
#include <algorithm>
#include <utility>

#include "app/lifecycle/node.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

// How soon a change made by another process (`weir keys …`) takes effect where its writes are not
// noticed.
constexpr std::chrono::milliseconds kStorePoll{250};
// A write is noticed before its transaction is committed: the store is asked this often, and so
// many times, after each.
constexpr std::chrono::milliseconds kCommitPoll{2};
constexpr int kCommitPolls = 25;
constexpr std::chrono::milliseconds kConfigPoll{500};
// A reload is over once its models are served, unless changes go on.
constexpr std::chrono::seconds kPublication{5};
constexpr std::chrono::milliseconds kPublicationPoll{5};

}  // namespace

net::Task<> Node::watch_config() {
  FileWatch watch(start_.config_file);
  for (;;) {
    co_await net::wait_for(kConfigPoll);
    if (watch.changed()) co_await reload("the file changed");
  }
}

net::Task<> Node::watch_certificates() {
  for (;;) {
    co_await net::wait_for(kConfigPoll);
    if (servers_.tls.is_on() && servers_.tls.changed()) {
      co_await reload_certificate(servers_.tls, settings_.server.tls);
    }
    if (servers_.admin_tls.is_on() && servers_.admin_tls.changed()) {
      co_await reload_certificate(servers_.admin_tls, settings_.server.admin_tls);
    }
  }
}

// The old certificate stays for existing connections, and for all if the new one is unusable.
net::Task<> Node::reload_certificate(ListenerTls& tls, http::TlsListenerSettings settings) {
  tls.watch(settings);
  auto load = [&tls, settings] { return tls.load(settings); };
  auto loading = pools_.general.run(load);
  auto loaded = co_await std::move(loading);
  if (loaded) {
    tls.take(std::move(*loaded));
    telemetry::log_info("certificate reloaded", {{"file", settings.certificate_file}});
  } else {
    telemetry::log_error("certificate refused; the last good one stays",
                         {{"problem", loaded.error().detail}});
  }
}

net::Task<> Node::watch_store() {
  std::string last_problem;
  for (int soon = 0;; --soon) {
    auto& due = *background_.store_due;
    due.expires_after(soon > 0 || background_.store_written ? kCommitPoll : kStorePoll);
    co_await due.async_wait(net::use_task);
    soon = std::exchange(background_.store_written, false) ? kCommitPolls : std::max(soon, 1);
    auto read = [this] { return keys_.ring->refresh(monotonic_now()); };
    auto reading = pools_.store.run(read);
    const auto changed = co_await std::move(reading);
    const auto problem = changed ? std::string{} : changed.error().text();
    if (!problem.empty() && problem != last_problem) {
      telemetry::log_error("the key store cannot be read; known keys stay valid",
                           {{"detail", problem}});
    }
    last_problem = problem;
    if (!changed || !*changed) continue;
    for (const auto& notice : keys_.ring->notices()) telemetry::log_warn(notice);
    telemetry::log_info("keys changed", {{"keys", keys_.ring->table()->size()}});
  }
}

void Node::ask_upstreams() {
  const auto upstreams = publisher_.upstreams();
  background_.refresher->apply(settings_.discovery, upstreams);
  background_.health->apply(settings_.discovery, upstreams);
}

net::Task<Problems> Node::reload(const char* why) {
  if (telemetry_.access_log) {
    if (auto reopened = telemetry_.access_log->reopen(); !reopened) {
      telemetry::log_error("the access log cannot be reopened",
                           {{"detail", reopened.error().detail}});
    }
  }
  if (start_.config_file.empty()) {
    background_.refresher->refresh_now();
    co_return Problems();
  }
  // Another reload in between would leave the keys of one file with the settings of the other.
  auto taking = background_.reloads.take();
  auto turn = co_await std::move(taking);
  auto load = [path = start_.config_file] { return load_settings_file(path); };
  auto loading = pools_.general.run(load);
  auto loaded = co_await std::move(loading);
  if (loaded) {
    auto next = start_.overrides.over(std::move(*loaded));
    // On a thread that may take long: it looks at all stored keys.
    auto configure = [this, keys = next.keys] {
      return keys_.ring->configure(keys, monotonic_now());
    };
    auto configuring = pools_.general.run(std::move(configure));
    if (auto taken = co_await std::move(configuring); !taken) {
      telemetry::log_error("config refused; the last good one stays",
                           {{"problem", taken.error().detail}});
      config::Problem problem;
      problem.file = start_.config_file.string();
      problem.what = taken.error().detail;
      co_return Problems{std::move(problem)};
    }
    take_settings(std::move(next));
    if (servers_.tls.is_on()) co_await reload_certificate(servers_.tls, settings_.server.tls);
    if (servers_.admin_tls.is_on()) {
      co_await reload_certificate(servers_.admin_tls, settings_.server.admin_tls);
    }
    turn.reset();
    const auto deadline = monotonic_now() + kPublication;
    while (!publisher_.is_settled() && monotonic_now() < deadline) {
      co_await net::wait_for(kPublicationPoll);
    }
    telemetry::log_info("config reloaded", {{"why", why}, {"file", start_.config_file.string()}});
    co_return Problems();
  }
  for (const auto& problem : loaded.error()) {
    telemetry::log_error("config refused; the last good one stays",
                         {{"problem", config::format_problem(problem)}});
  }
  co_return std::move(loaded.error());
}

void Node::take_settings(Settings next) {
  warn_once(next.warnings);
  for (const auto& setting : restart_needed(start_.settings, next)) {
    telemetry::log_warn("a changed setting takes effect on restart", {{"setting", setting}});
  }
  for (const auto& notice : keys_.ring->notices()) telemetry::log_warn(notice);
  if (!servers_.simulator && std::ranges::any_of(next.upstreams, is_simulator)) {
    telemetry::log_warn("a changed setting takes effect on restart",
                        {{"setting", "upstreams: kind simulator"}});
  }
  // Never fall back from TLS to plain without a decision.
  if (next.server.tls.enabled() != servers_.tls.is_on()) {
    telemetry::log_warn("a changed setting takes effect on restart",
                        {{"setting", "server.tls.certificate_file"}});
    next.server.tls = settings_.server.tls;
  }
  if (next.server.admin_tls.enabled() != servers_.admin_tls.is_on()) {
    telemetry::log_warn("a changed setting takes effect on restart",
                        {{"setting", "server.admin_tls.certificate_file"}});
    next.server.admin_tls = settings_.server.admin_tls;
  }
  settings_ = std::move(next);
  ++operation_.config_version;
  operation_.loaded_at = wall_now();
  telemetry::set_log_level(telemetry::parse_level(settings_.log.level));
  ask_upstreams();
  background_.refresher->refresh_now();
  publisher_.settings_changed();
}

}  // namespace weir::app
