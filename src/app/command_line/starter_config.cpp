#include "app/command_line/starter_config.hpp"

#include <string_view>

#include <fmt/format.h>

#include "codec/visible.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kHead =
    R"(# Settings of Weir, written by `weir init`. docs/reference/config.md explains all of them;
# `weir check FILE` checks the file, and a running server reads it again when it changes.

server:
  # Clients' address. 0.0.0.0:8080 lets other machines in: set server.tls then, or put a proxy in front.
  listen: "{listen}"
  # Operator's address: metrics, `weir models`, `weir upstreams`. Only this machine needs to reach it.
  admin_listen: 127.0.0.1:8081

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

std::string entry(const discovery::UpstreamSettings& upstream, std::string_view key = {}) {
  auto line = fmt::format("  - {{name: {}, kind: {}, url: \"{}\"", upstream.name, upstream.kind,
                          upstream.url);
  if (!key.empty()) line += fmt::format(", api_key: \"${{{}}}\"", key);
  return line + "}\n";
}

}  // namespace

std::string starter_config(const StarterConfig& config) {
  auto text = fmt::format(fmt::runtime(kHead), fmt::arg("listen", config.listen));
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
  return text + std::string(kTail);
}

}  // namespace weir::app
