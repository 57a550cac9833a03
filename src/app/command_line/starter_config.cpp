#include "app/command_line/starter_config.hpp"

#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "codec/visible.hpp"
#include "config/sources.hpp"
#include "net/socket.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kHead =
    R"(# Settings of Weir, written by `weir init`. docs/reference/config.md explains all of them;
# `weir check FILE` checks the file, and a running server reads it again when it changes.

server:
  # Clients' address. 0.0.0.0:8080 lets other machines in: set server.tls then, or put a proxy in front.
  listen: {listen}
  # Operator's address: metrics, `weir models`, `weir upstreams`. Only this machine needs to reach it.
  admin_listen: {admin_listen}

# Keys and usage. `weir keys create NAME` makes a key; `weir keys --help` has the rest.
store: sqlite:weir.db

)";

constexpr std::string_view kTail = R"(
# Models are listed as upstreams report them. Declare or correct some here:
# models:
#   - {id: my-org/private-embedder, sub_types: [embedding]}
#   - {id: Qwen/Qwen3-32B, aliases: [claude-qwen]}

# Without a rate limit a key may use everything: weir keys set NAME --rpm 600 --tpm 200000
)";

// A JSON string is also one of YAML; nothing in it is a reference to a variable.
std::string yaml_text(std::string_view text) {
  std::string out;
  codec::JsonWriter(out).value(config::escape(text));
  return out;
}

std::string entry(const discovery::UpstreamSettings& upstream, std::string_view key = {}) {
  auto line = fmt::format("  - {{name: {}, kind: {}, url: {}", upstream.name, upstream.kind,
                          yaml_text(upstream.url));
  if (!key.empty()) line += fmt::format(", api_key: \"${{{}}}\"", key);
  return line + "}\n";
}

}  // namespace

std::string admin_listen_beside(std::string_view listen) {
  constexpr std::uint16_t kUsual = 8081;
  const auto endpoint = net::parse_endpoint(listen);
  const bool is_same_port = endpoint && endpoint->port() == kUsual;
  return fmt::format("127.0.0.1:{}", is_same_port ? kUsual + 1 : kUsual);
}

std::string starter_config(const StarterConfig& config) {
  auto text = fmt::format(fmt::runtime(kHead), fmt::arg("listen", yaml_text(config.listen)),
                          fmt::arg("admin_listen", yaml_text(config.admin_listen)));
  const bool has_any = !config.engines.empty() || !config.providers.empty() || config.has_demo;
  text += has_any
              ? "upstreams:\n"
              : "# upstreams:\n#   - {name: gpu1, kind: vllm, url: \"http://10.0.0.11:8000\"}\n";
  for (const auto& engine : config.engines) text += entry(engine);
  if (!config.providers.empty()) {
    text += "  # Keys are read from the environment; ${file:path} reads one from a file.\n";
  }
  for (const auto& [upstream, variable] : config.providers) text += entry(upstream, variable);
  if (config.has_demo) {
    text += "  # The built-in engine, with a demo model of every kind.\n";
    text += "  - {name: demo, kind: simulator}\n";
  }
  for (const auto& [upstream, reason] : config.not_accepted) {
    text += fmt::format("  # Found, and left out: {}.\n  # {}", codec::visible_text(reason),
                        entry(upstream).substr(2));
  }
  for (const auto& [variable, reason] : config.unused) {
    text += fmt::format("  # Not used: {}: {}.\n", variable, codec::visible_text(reason));
  }
  return text + std::string(kTail);
}

}  // namespace weir::app
