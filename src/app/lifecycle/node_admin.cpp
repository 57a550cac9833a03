// The admin listener, and the parts of a Node as its API sees them.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "admin/operator_handler.hpp"
#include "api/frontend.hpp"
#include "app/command_line/version.hpp"
#include "app/lifecycle/key_store.hpp"
#include "app/lifecycle/listen_error.hpp"
#include "app/lifecycle/login_link.hpp"
#include "app/lifecycle/node.hpp"
#include "app/lifecycle/pasted_settings.hpp"
#include "base/enum_table.hpp"
#include "console/console_handler.hpp"
#include "management/handler.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

std::vector<management::ConfigProblem> as_config_problems(const Problems& problems) {
  std::vector<management::ConfigProblem> list;
  for (const auto& problem : problems) {
    auto plain = problem;  // the line and the setting have members of their own
    plain.file.clear();
    plain.line = plain.column = 0;
    plain.setting.clear();
    auto message = config::format_problem(plain);
    message.erase(0, std::min(message.find_first_not_of(": "), message.size()));
    list.push_back({problem.line, problem.setting, std::move(message)});
  }
  return list;
}

constexpr EnumNames<upstream::BreakerState> kBreakerNames(
    {{upstream::BreakerState::admitting, "admitting"},
     {upstream::BreakerState::probing, "probing"},
     {upstream::BreakerState::refusing, "refusing"}});

// One that the admin API shows: a route of each model at one upstream.
std::vector<management::RouteState> routes_at(const api::Published& published,
                                              std::string_view upstream) {
  std::vector<management::RouteState> states;
  for (const auto& model : published.catalogue->models()) {
    const auto paths = published.directory->paths_of(model);
    for (std::size_t i = 0; i < model.routes.size(); ++i) {
      const auto& route = model.routes[i];
      if (route.upstream != upstream) continue;
      const auto* health = i < paths.size() ? paths[i].health.get() : nullptr;
      states.push_back({.model = model.id,
                        .id = route.model,
                        .status = wire_name(route.status),
                        .reason = catalogue::name(route.reason),
                        .breaker = health == nullptr ? "" : kBreakerNames[health->state()]});
    }
  }
  return states;
}

std::string url_of(bool has_tls, const http::Server& server) {
  return fmt::format("{}://{}", has_tls ? "https" : "http",
                     net::format_endpoint(server.endpoint()));
}

}  // namespace

Result<> Node::open_admin() {
  const auto& settings = start_.settings.server;
  if (auto ok = servers_.admin_tls.open(settings.admin_tls, telemetry_.registry); !ok) return ok;
  servers_.admin_settings = servers_.settings;
  servers_.admin_settings.tls = settings.admin_tls;
  operation_.loaded_at = wall_now();
  operation_.facts = {.version = std::string(version()),
                      .started_at = operation_.loaded_at,
                      .api_url = url_of(servers_.tls.is_on(), *servers_.api),
                      .admin_url = {},
                      .config_file = start_.config_file.string(),
                      .has_tls = servers_.admin_tls.is_on()};
  const bool is_inherited = !handover_.inherited.admin.empty();
  auto server = http::Server::open(
      "admin", http::ListenAt(settings.admin_listen, std::move(handover_.inherited.admin)),
      servers_.admin_settings, servers_.plan.admin_connections, {threads_.control.get()},
      [this](int) { return make_admin_handler(); }, telemetry_.registry,
      servers_.admin_tls.contexts());
  if (!server) {
    if (is_inherited) return std::unexpected(std::move(server.error()));
    return std::unexpected(with_advice(std::move(server.error()), ListenerOf::admin));
  }
  servers_.admin = std::move(*server);
  operation_.facts.admin_url = url_of(servers_.admin_tls.is_on(), *servers_.admin);
  if (!handover_.successor) keep_login_link();
  return {};
}

std::unique_ptr<http::Handler> Node::make_admin_handler() {
  admin::Sources sources{
      .ready = [this] { return ready_.load() && !is_leaving_.load(); },
      .first_lists_pending =
          [this] { return background_.refresher->first_lists_pending(monotonic_now()); },
      .catalogue = [this] { return publisher_.published().load()->catalogue; },
      .explain = [this](std::string_view id) { return publisher_.explain(id); },
      .upstreams = [this] { return upstream_reports(); },
      .registry = telemetry_.registry,
  };
  const auto& server = start_.settings.server;
  auto pages = std::make_unique<admin::OperatorHandler>(std::move(sources), server.admin_key,
                                                        server.admin_hosts);
  auto handler = std::make_unique<management::AdminHandler>(
      admin_services(),
      management::AdminHandler::Keys{.admin = server.admin_key, .viewer = server.viewer_key},
      server.admin_hosts, std::move(pages));
  auto* source = telemetry_.access_log ? &telemetry_.access_log->add_source() : nullptr;
  return std::make_unique<console::ConsoleHandler>(
      std::move(handler), std::make_unique<api::Frontend>(*api_.services, source),
      server.admin_hosts, static_cast<std::size_t>(console_calls()));
}

management::Services Node::admin_services() {
  auto& store = *keys_.opened.store;
  return {
      .facts = operation_.facts,
      .ready = [this] { return ready_.load() && !is_leaving_.load(); },
      .catalogue = [this] { return publisher_.published().load()->catalogue; },
      .explain = [this](std::string_view id) { return publisher_.explain(id); },
      .upstreams = [this] { return upstream_states(); },
      .routes =
          [this](std::string_view name) { return routes_at(*publisher_.published().load(), name); },
      .refresh =
          [this](std::string_view name) {
            const auto known = publisher_.upstreams();
            if (std::ranges::find(known, name, &discovery::UpstreamSettings::name) == known.end()) {
              return false;
            }
            background_.refresher->refresh_now(name);
            return true;
          },
      .keys = *keys_.ring,
      .store = store,
      .visit_usage = [options = store_options(start_.settings)](const auto& filter, auto view,
                                                                const auto& visit) -> Result<> {
        const auto usage = store::SqliteStore::open(options);
        if (!usage) return std::unexpected(usage.error());
        return (*usage)->visit_usage(filter, view, visit);
      },
      .report_pool = pools_.reports,
      .store_pool = pools_.store,
      .pool = pools_.general,
      .calls = *operation_.calls,
      .series = operation_.series,
      .config =
          [this] {
            return management::ConfigState{
                .yaml = print_settings(settings_),
                .restart_needed = restart_needed(start_.settings, settings_),
                .warnings = settings_.warnings,
                .loaded_at = operation_.loaded_at};
          },
      .config_version = [this] { return operation_.config_version; },
      .check_config =
          [this](std::string_view yaml) {
            auto checked = check_pasted(yaml, start_.config_file.parent_path(), start_.settings);
            return management::ConfigCheck{.problems = as_config_problems(checked.problems),
                                           .restart_needed = std::move(checked.restart_needed)};
          },
      .reload_config = [this]() -> net::Task<std::vector<management::ConfigProblem>> {
        const auto problems = co_await reload("the admin API");
        co_return as_config_problems(problems);
      },
      .link_changed =
          [this](const Secret& token) {
            operation_.login = token;
            // Before there is a server it has no address; a server that leaves has lost the file.
            if (servers_.admin && !is_leaving_) keep_login_link();
          },
  };
}

// The first link is in its file before the server listens; the next are written on another thread.
void Node::keep_login_link() {
  auto write = [path = login_link_path(store_path(start_.settings)),
                url = operation_.facts.admin_url, token = operation_.login] {
    if (const auto kept = write_login_link(path, url, token); !kept) {
      telemetry::log_warn("the link for logging in is not in its file",
                          {{"path", path}, {"detail", kept.error().detail}});
    }
  };
  if (ready_) {
    pools_.general.post(std::move(write));
  } else {
    write();
  }
}

std::vector<management::UpstreamState> Node::upstream_states() const {
  const auto published = publisher_.published().load();
  const auto settings = publisher_.upstreams();
  std::vector<management::UpstreamState> states;
  for (auto& report : upstream_reports()) {
    auto& state = states.emplace_back();
    const auto* destination = published->directory->find(report.name);
    const auto found = std::ranges::find(settings, report.name, &discovery::UpstreamSettings::name);
    if (destination != nullptr && found != settings.end()) {
      auto& upstream = *destination->upstream;
      state.load = {.breaker = kBreakerNames[upstream.health().state()],
                    .in_flight = upstream.slots().in_flight(),
                    .waiting = upstream.slots().waiting(),
                    .max_in_flight = found->max_in_flight.value_or(settings_.calls.max_in_flight)};
    }
    state.report = std::move(report);
  }
  return states;
}

// On the second, so that a point has the calls of its own.
net::Task<> Node::sample_calls() {
  using std::chrono::milliseconds;
  for (;;) {
    const auto now = wall_now();
    operation_.series.sample(now, operation_.calls->totals());
    const auto next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
    co_await net::wait_for(std::chrono::ceil<milliseconds>(next - now));
  }
}

}  // namespace weir::app
