#include "app/command_line/init_command.hpp"

#include <cstdio>
#include <iostream>
#include <utility>

#include <fmt/format.h>

#include "app/command_line/new_file.hpp"
#include "app/command_line/starter_config.hpp"
#include "app/lifecycle/settings.hpp"
#include "app/process/environment.hpp"
#include "app/process/run_blocking.hpp"
#include "base/ascii.hpp"
#include "codec/shell_word.hpp"
#include "codec/visible.hpp"
#include "config/problem.hpp"
#include "discovery/loopback_scan.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr int kMaxQuestions = 3;  // of one kind, before the usual answer is taken

// The answer, or `usual` for an empty one and at the end of the input.
std::string ask(const std::string& question, const std::string& usual) {
  if (!std::cin) return usual;
  print(stderr, fmt::format("{} [{}]: ", question, usual));
  std::string answer;
  if (!std::getline(std::cin, answer)) return usual;
  const auto text = trim(answer);
  return text.empty() ? usual : std::string(text);
}

bool confirm(const std::string& question, bool usual) {
  const auto answer = ask(question, usual ? "yes" : "no");
  return lower(answer.front()) == 'y';
}

std::string ask_address(const std::string& usual) {
  for (int i = 0; i < kMaxQuestions; ++i) {
    auto answer = ask("Address for clients", usual);
    const auto parsed = net::parse_endpoint(answer);
    if (parsed) return answer;
    complain(parsed.error().detail);
  }
  return usual;
}

void find_engines(StarterConfig& config) {
  telemetry::set_log_level(telemetry::Level::error);  // the findings are shown otherwise
  net::WorkerPool pool(1);
  std::vector<std::uint16_t> own_ports;
  for (const auto& address : {config.listen, config.admin_listen}) {
    if (const auto own = net::parse_endpoint(address)) own_ports.push_back(own->port());
  }
  discovery::LoopbackScan scanner(pool, std::move(own_ports), [](auto) {});
  config.engines = run_blocking(scanner.scan_once());
  config.not_accepted = scanner.not_accepted();
}

void ask_about_findings(StarterConfig& config) {
  std::erase_if(config.engines, [](const auto& engine) {
    return !confirm(fmt::format("Use {} at {}", engine.kind, engine.url), true);
  });
  std::erase_if(config.providers, [](const auto& provider) {
    return !confirm(
        fmt::format("Use {} with the key of {}", provider.upstream.name, provider.variable), true);
  });
  std::erase_if(config.not_accepted, [&config](const auto& stranger) {
    const bool is_used = confirm(
        fmt::format("Use {} at {} although {}", stranger.upstream.kind, stranger.upstream.url,
                    codec::visible_text(stranger.reason.substr(0, stranger.reason.find(';')))),
        false);
    if (is_used) config.engines.push_back(stranger.upstream);
    return is_used;
  });
}

std::string summary(const StarterConfig& config, const std::string& file) {
  auto text = fmt::format("wrote {}\n", codec::visible_text(file));
  for (const auto& engine : config.engines) {
    text += fmt::format("  {} at {}\n", engine.kind, engine.url);
  }
  for (const auto& [upstream, variable] : config.providers) {
    text += fmt::format("  {} with the key of {}\n", upstream.name, variable);
  }
  if (config.has_demo) text += "  the built-in engine with demo models\n";
  for (const auto& [variable, reason] : config.unused) {
    text += fmt::format("  not used: {}: {}\n", variable, codec::visible_text(reason));
  }
  if (const auto own = net::parse_endpoint(config.listen); own && net::is_taken(*own)) {
    text += fmt::format("  {} is in use now: stop that program, or change server.listen\n",
                        config.listen);
  }
  return text + fmt::format("next: weir serve --config {}\n", codec::format_shell_word(file));
}

// A file that `weir serve` would refuse is not written.
Result<> check_text(const std::string& text, const std::string& file) {
  const config::Sources sources{.environment = read_variable, .file = {}};
  const auto settings = load_settings(text, file, sources);
  if (settings) return {};
  return fail(Errc::config_invalid,
              "no file is written, since it would not be valid: " +
                  std::string(trim(config::format_problems(settings.error()))));
}

}  // namespace

Output init(const std::string& file, bool asks) {
  if (auto ok = check_new_file(file); !ok) return std::unexpected(std::move(ok.error()));
  StarterConfig config;
  if (asks) config.listen = ask_address(config.listen);
  config.admin_listen = admin_listen_beside(config.listen);
  find_engines(config);
  auto providers = hosted_providers(read_variable, config.listen);
  config.providers = std::move(providers.found);
  config.unused = std::move(providers.unused);
  if (asks) ask_about_findings(config);
  config.has_demo = config.engines.empty() && config.providers.empty();
  if (asks) config.has_demo = confirm("Serve demo models of every kind", config.has_demo);
  if (asks && !std::cin) {
    return fail(Errc::invalid_parameter, "the answers ended early; no file is written");
  }
  const auto text = starter_config(config);
  if (auto good = check_text(text, file); !good) return std::unexpected(std::move(good.error()));
  if (auto written = write_new_file(file, text, 0600); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return summary(config, file);
}

}  // namespace weir::app
