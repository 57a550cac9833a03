#include "app/command_line/serve_command.hpp"

#include <cstdlib>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "app/command_line/command_result.hpp"
#include "app/command_line/version.hpp"
#include "app/lifecycle/hosted_providers.hpp"
#include "app/lifecycle/settings_files.hpp"
#include "app/process/environment.hpp"
#include "app/process/memory.hpp"
#include "app/process/process.hpp"
#include "app/process/service_manager.hpp"
#include "app/process/socket_activation.hpp"
#include "app/process/takeover.hpp"
#include "codec/visible.hpp"
#include "telemetry/log.hpp"
#include "telemetry/text_line.hpp"

namespace weir::app {
namespace {

// Takes the sockets of the running server, if there is one.
Result<> inherit(bool take_over, NodeOptions& options) {
  if (!take_over) return {};
  const auto& path = options.settings.server.takeover_socket;
  if (path.empty()) {
    return fail(Errc::config_invalid, "--take-over requires the setting server.takeover_socket");
  }
  auto successor = Successor::ask(path);
  if (!successor) return std::unexpected(std::move(successor.error()));
  if (!*successor) {
    telemetry::log_info("no server to take over from", {{"path", path}});
    return {};
  }
  options.inherited = (*successor)->take_sockets();
  options.successor = std::move(*successor);
  return {};
}

// A terminal gets lines and a screen for people, unless the settings want JSON.
void greet(NodeOptions& options) {
  const auto& format = options.settings.log.format;
  const bool has_terminal = ::isatty(STDERR_FILENO) == 1;
  if (format == "json" || (format == "auto" && !has_terminal)) return;
  const bool is_dumb = read_variable("TERM").value_or("dumb") == "dumb";
  const bool is_plain = is_dumb || !read_variable("NO_COLOR").value_or(std::string()).empty();
  telemetry::use_text_lines(has_terminal && !is_plain);
  if (has_terminal) options.screen.emplace().version = version();
}

// Decision 0075. Only names of variables are logged.
void use_hosted_providers(NodeOptions& options) {
  auto& settings = options.settings;
  auto providers = hosted_providers(read_variable, options.overrides.over(settings).server.listen);
  for (const auto name : provider_variables()) hide_variable(std::string(name));
  for (auto& [upstream, variable] : providers.found) {
    telemetry::log_info(
        "using a hosted provider",
        {{"upstream", upstream.name}, {"url", upstream.url}, {"key_from", variable}});
    if (options.screen) options.screen->key_from[upstream.name] = variable;
    settings.upstreams.push_back(std::move(upstream));
  }
  for (const auto& [variable, reason] : providers.unused) {
    telemetry::log_warn("a hosted provider is not used",
                        {{"variable", variable}, {"reason", reason}});
  }
}

Result<> run_node(NodeOptions options) {
  auto node = Node::open(std::move(options));
  if (!node) return std::unexpected(std::move(node.error()));
  return (*node)->run();
}

}  // namespace

int serve(const std::string& file, const Overrides& overrides, bool take_over) {
  auto settings = load_or_complain(file);
  if (!settings) return kFailed;
  NodeOptions options{.settings = std::move(*settings),
                      .config_file = file,
                      .overrides = overrides,
                      .service = ServiceManager::from_environment(),
                      .descriptors = raise_descriptor_limit()};
  auto inherited = inherit_from_environment();
  if (!inherited) return finish(std::unexpected(std::move(inherited.error())));
  options.inherited = std::move(*inherited);
  survive_failed_writes();
  return_large_buffers();
  telemetry::start_log(telemetry::parse_level(options.settings.log.level));
  greet(options);
  if (file.empty()) use_hosted_providers(options);
  auto served = inherit(take_over, options);
  if (served) served = run_node(std::move(options));
  telemetry::stop_log();
  return served ? EXIT_SUCCESS : finish(std::unexpected(served.error()));
}

int check(const std::string& file, bool show) {
  const auto settings = load_or_complain(file);
  if (!settings) return kFailed;
  for (const auto& warning : file_warnings(*settings, wall_now())) {
    complain(fmt::format("{}: warning: {}", file, warning));
  }
  if (show) {
    print(stdout, print_settings(*settings));
  } else {
    print(stdout, fmt::format("{}: {} keys, {} upstreams, {} models: no problems found\n",
                              codec::visible_text(file), settings->keys.size(),
                              settings->upstreams.size(), settings->models.size()));
  }
  return EXIT_SUCCESS;
}

}  // namespace weir::app
