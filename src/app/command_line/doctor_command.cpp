#include "app/command_line/doctor_command.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <span>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include "app/command_line/admin_client.hpp"
#include "app/command_line/command_result.hpp"
#include "app/command_line/finding.hpp"
#include "app/lifecycle/hosted_providers.hpp"
#include "app/lifecycle/key_store.hpp"
#include "app/lifecycle/listen_error.hpp"
#include "app/lifecycle/publisher.hpp"
#include "app/lifecycle/settings_files.hpp"
#include "app/process/environment.hpp"
#include "app/process/memory_limit.hpp"
#include "app/process/process.hpp"
#include "app/process/run_blocking.hpp"
#include "auth/pepper.hpp"
#include "base/ascii.hpp"
#include "config/problem.hpp"
#include "discovery/loopback_scan.hpp"
#include "net/listen_probe.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

using Findings = std::vector<Finding>;

constexpr std::chrono::milliseconds kPoll{20};

void add_config(Findings& findings, const std::string& file, const Settings& settings) {
  if (file.empty()) {
    findings.push_back({.subject = "config",
                        .text = "no config file: engines of this machine and providers of the "
                                "environment are used"});
    return;
  }
  findings.push_back({.subject = "config", .text = file + " can be read"});
  for (auto& warning : file_warnings(settings, wall_now())) {
    findings.push_back({.verdict = Verdict::warning,
                        .subject = "files",
                        .text = std::move(warning),
                        .advice = "change its owner or mode"});
  }
}

// Another program may answer with 200 too.
bool answers(const std::string& listen, std::string_view path, std::string_view word,
             const Secret& key = {}) {
  const auto page = read_admin_page(listen, path, key);
  return page && page->contains(word);
}

void add_port(Findings& findings, const std::string& listen, ListenerOf listener, bool is_weirs) {
  const auto address = net::parse_endpoint(listen);
  const auto error = address ? net::probe_listen(*address) : boost::system::error_code();
  const bool is_taken = error == boost::asio::error::address_in_use;
  Finding finding{.subject = "ports", .text = listen + " is free"};
  if (is_taken && is_weirs) {
    finding.text = listen + " is Weir's, which runs";
  } else if (error) {
    finding.verdict = Verdict::problem;
    finding.text = is_taken ? listen + " is in use by another program"
                            : fmt::format("cannot listen on {}: {}", listen, error.message());
    auto advice = fail(Errc::config_invalid, "").error();
    finding.advice = with_advice(std::move(advice), listener).detail.substr(2);
  }
  findings.push_back(std::move(finding));
}

void add_ports(Findings& findings, const Settings& settings) {
  const auto& server = settings.server;
  // A certificate may have other names than these addresses.
  const auto asks_api = [&] { return answers(server.listen, "/openapi.yaml", "title: Weir"); };
  const bool runs = server.admin_tls.enabled()
                        ? !server.tls.enabled() && asks_api()
                        : answers(server.admin_listen, "/metrics", "\nweir_", server.admin_key);
  const bool has_api = server.tls.enabled() ? runs : asks_api();
  add_port(findings, server.listen, ListenerOf::api, has_api);
  add_port(findings, server.admin_listen, ListenerOf::admin, runs);
  if (!settings.ollama.listen.empty()) {
    add_port(findings, settings.ollama.listen, ListenerOf::ollama, runs);
  }
}

std::string directory_of(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path().string();
  return directory.empty() ? "." : directory;
}

// Creates and changes nothing.
Result<store::SqliteStore::Facts> examine_store(const Settings& settings) {
  const auto options = store_options(settings);
  auto facts = store::SqliteStore::examine(options);
  if (!facts) return facts;
  const auto keys = facts->has_keys ? auth::StoredKeys::some : auth::StoredKeys::none;
  const auto pepper = settings.pepper.empty()
                          ? auth::check_pepper_file(auth::pepper_path(options.path), keys)
                          : auth::check_pepper(settings.pepper);
  if (!pepper) return std::unexpected(pepper.error());
  return facts;
}

void add_store(Findings& findings, const Settings& settings) {
  const auto path = store_path(settings);
  const auto directory = directory_of(path);
  Finding finding{.subject = "store", .text = path + " can be read"};
  if (std::error_code none; !std::filesystem::exists(path, none)) {
    finding.text = fmt::format("{} is made by the first start", path);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) {
      finding = {.verdict = Verdict::problem,
                 .subject = "store",
                 .text = fmt::format("{} cannot be made: its folder cannot be written", path),
                 .advice = "make the folder, or choose another place with the setting store"};
    }
  } else if (const auto facts = examine_store(settings); !facts) {
    finding = {.verdict = Verdict::problem,
               .subject = "store",
               .text = facts.error().detail,
               .advice = "run as the user of the server, or restore the file"};
  } else if (facts->is_older) {
    finding.text += ", with an older schema; the next start upgrades it";
  }
  findings.push_back(std::move(finding));
  struct statvfs disk{};
  if (::statvfs(directory.c_str(), &disk) == 0) {
    findings.push_back(check_disk(directory, std::uint64_t{disk.f_bavail} * disk.f_frsize));
  }
}

bool has_answered(const discovery::UpstreamReport& report) {
  return report.age.has_value() || !report.last_error.empty();
}

net::Task<std::vector<discovery::UpstreamReport>> ask(
    discovery::Settings settings, std::vector<discovery::UpstreamSettings> upstreams) {
  net::WorkerPool resolvers(2);
  net::WorkerPool readers(1);
  telemetry::Registry registry;
  discovery::Refresher refresher(
      co_await boost::asio::this_coro::executor, resolvers, readers, registry, [] {},
      [](const std::string&) {});
  refresher.apply(settings, upstreams);
  const auto deadline = monotonic_now() + settings.timeout + kPoll;
  while (monotonic_now() < deadline &&
         !std::ranges::all_of(refresher.report(monotonic_now()), has_answered)) {
    co_await net::wait_for(kPoll);
  }
  auto reports = refresher.report(monotonic_now());
  co_await refresher.stop();
  co_return reports;
}

// Engines of this machine, as a server without a config file finds them.
std::vector<discovery::UpstreamSettings> find_engines(Findings& findings,
                                                      const Settings& settings) {
  net::WorkerPool pool(1);
  std::vector<std::uint16_t> own_ports;
  for (const auto& listen : {settings.server.listen, settings.server.admin_listen}) {
    if (const auto own = net::parse_endpoint(listen)) own_ports.push_back(own->port());
  }
  discovery::LoopbackScan scanner(pool, std::move(own_ports), [](auto) {});
  auto engines = run_blocking(scanner.scan_once());
  for (const auto& [upstream, reason] : scanner.not_accepted()) {
    findings.push_back(
        {.verdict = Verdict::warning,
         .subject = "upstreams",
         .text = fmt::format("{} at {} is not used: {}", upstream.kind, upstream.url, reason),
         .advice = "to use it, declare it in a config file"});
  }
  return engines;
}

// The server need not run: they are asked from here.
void add_upstreams(Findings& findings, const std::string& config_file, const Settings& settings) {
  auto upstreams = settings.upstreams;
  std::erase_if(upstreams, is_simulator);
  if (config_file.empty()) {
    upstreams = find_engines(findings, settings);
    auto providers = hosted_providers(read_variable, settings.server.listen);
    for (auto& provider : providers.found) upstreams.push_back(std::move(provider.upstream));
    for (const auto& [variable, reason] : providers.unused) {
      findings.push_back({.verdict = Verdict::warning,
                          .subject = "upstreams",
                          .text = fmt::format("{} is not used: {}", variable, reason),
                          .advice = "unset it, or change it"});
    }
  }
  if (upstreams.empty() && config_file.empty()) {
    findings.push_back({.subject = "upstreams",
                        .text = "no engine and no provider is found: the demo models are served"});
  }
  if (upstreams.empty()) return;
  const auto reports = run_blocking(ask(settings.discovery, std::move(upstreams)));
  for (const auto& report : reports) findings.push_back(check_upstream(report));
}

std::optional<bool> is_clock_synchronised() {
  struct timex state{};
  const int result = ::adjtimex(&state);
  if (result < 0) return std::nullopt;
  return result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace

int doctor(const std::string& config_file, bool json) {
  telemetry::set_log_level(telemetry::Level::error);  // findings have lines of their own
  Findings findings;
  Settings settings;
  auto loaded = config_file.empty() ? std::expected<Settings, Problems>(Settings{})
                                    : load_settings_file(config_file);
  if (loaded) {
    settings = std::move(*loaded);
    add_config(findings, config_file, settings);
    add_ports(findings, settings);
    add_store(findings, settings);
    add_upstreams(findings, config_file, settings);
  } else {
    for (const auto& problem : loaded.error()) {
      findings.push_back(
          {.verdict = Verdict::problem,
           .subject = "config",
           .text = std::string(trim(config::format_problems(std::span(&problem, 1)))),
           .advice = "correct it; ports, store and upstreams were not looked at"});
    }
  }
  findings.push_back(check_clock(wall_now(), is_clock_synchronised()));
  findings.push_back(check_descriptors(raise_descriptor_limit().now));
  findings.push_back(check_memory(container_limit_bytes(), machine_bytes()));
  print(stdout, json ? findings_json(findings) : format_findings(findings));
  return has_problem(findings) ? kFailed : EXIT_SUCCESS;
}

}  // namespace weir::app
