#include "app/command_line/init_command.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "app/command_line/new_file.hpp"
#include "app/command_line/starter_config.hpp"
#include "app/process/environment.hpp"
#include "base/ascii.hpp"
#include "codec/shell_word.hpp"
#include "codec/visible.hpp"
#include "discovery/loopback_scan.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

constexpr int kMaxQuestions = 3;  // of one kind, before the usual answer is taken

// The answer, or `usual` for an empty one and at the end of the input.
std::string ask(const std::string& question, const std::string& usual) {
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

net::Task<std::vector<discovery::UpstreamSettings>> scan(discovery::LoopbackScan& scanner) {
  co_return co_await scanner.scan_once();
}

void find_engines(StarterConfig& config) {
  telemetry::set_log_level(telemetry::Level::error);  // the findings are shown otherwise
  net::WorkerPool pool(1);
  std::vector<std::uint16_t> own_ports{8081};
  if (const auto own = net::parse_endpoint(config.listen)) own_ports.push_back(own->port());
  discovery::LoopbackScan scanner(pool, std::move(own_ports), [](auto) {});
  boost::asio::io_context context;
  auto found = boost::asio::co_spawn(context, scan(scanner), boost::asio::use_future);
  context.run();
  config.engines = found.get();
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
  return text + fmt::format("next: weir serve --config {}\n", codec::format_shell_word(file));
}

}  // namespace

Output init(const std::string& file, bool asks) {
  if (std::error_code none; std::filesystem::exists(file, none)) {
    return fail(Errc::already_exists,
                fmt::format("{} exists and is not replaced; give the name of another file",
                            codec::visible_text(file)));
  }
  StarterConfig config;
  if (asks) config.listen = ask_address(config.listen);
  find_engines(config);
  config.providers = hosted_providers(read_variable, config.listen).found;
  if (asks) ask_about_findings(config);
  config.has_demo = config.engines.empty() && config.providers.empty();
  if (asks) config.has_demo = confirm("Serve demo models of every kind", config.has_demo);
  if (auto written = write_new_file(file, starter_config(config), 0600); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return summary(config, file);
}

}  // namespace weir::app
