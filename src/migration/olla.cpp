#include "migration/olla.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "migration/scalar.hpp"

namespace weir::migration {
namespace {

using config::Node;

constexpr std::string_view kByKey = "requests are limited by key: `weir keys set NAME --rpm N`";
constexpr std::string_view kKnown = "Weir knows where each kind of server has its list";

constexpr Reason kReasons[] = {
    {"server.rate_limits", kByKey},
    {"server.read_timeout", "see server.request_head_timeout and server.request_body_timeout"},
    {"server.write_timeout", "see server.write_stall_timeout"},
    {"server.request_limits", "see server.max_header_bytes and calls.max_body_bytes"},
    {"server.request_logging", "see log.access_log"},
    {"proxy.engine", "there is one"},
    {"proxy.profile", "there is one"},
    {"proxy.load_balancer", "calls go to the less busy of two upstreams, by priority and weight"},
    {"proxy.stream_buffer_size", "events are passed on as they arrive"},
    {"proxy.retry", "see calls.retries"},
    {"discovery.static.endpoints.model_url", kKnown},
    {"discovery.static.endpoints.health_check_url", kKnown},
    {"discovery.static.endpoints.preserve_path", "paths are those of the APIs that Weir serves"},
    {"discovery.health_check", "an upstream's health is seen in its calls and its list"},
    {"discovery.model_discovery",
     "each upstream's list is requested at discovery.refresh_interval"},
    {"model_registry", "models of one id are one model, at all upstreams that list it"},
    {"logging", "see log.level, log.format and log.access_log"},
    {"engineering", "metrics are at /metrics"},
};

// Olla's types of endpoint, and Weir's kinds.
constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {"ollama", "ollama"},
    {"lm-studio", "lmstudio"},
    {"lmstudio", "lmstudio"},
    {"lm_studio", "lmstudio"},
    {"vllm", "vllm"},
    {"vllm-mlx", "openai"},
    {"sglang", "sglang"},
    {"llamacpp", "llama.cpp"},
    {"llama-cpp", "llama.cpp"},
    {"llama.cpp", "llama.cpp"},
    {"openai", "openai"},
    {"openai-compatible", "openai"},
    {"litellm", "openai"},
    {"lemonade", "openai"},
    {"lmdeploy", "openai"},
    {"dmr", "openai"},
    {"docker-model-runner", "openai"},
};

constexpr int kBestPriority = 1000;  // the largest there; the smallest is called first here

// A reference with a default has no counterpart; its name is kept.
std::string value_of(const std::string& text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return literal(text);
  const auto fallback = text.find(":-");
  return fallback == std::string::npos ? text : text.substr(0, fallback) + '}';
}

class Reading {
 public:
  explicit Reading(const Node& root) : file_(root, kReasons) {}

  Imported run() {
    read_server();
    const auto& proxy = file_.take("proxy");
    add(out_.calls, proxy, "connection_timeout", "connect_timeout");
    add(out_.calls, proxy, "response_timeout", "total_timeout");
    add(out_.calls, proxy, "read_timeout", "idle_timeout");
    const auto& discovery = file_.take("discovery");
    file_.take(discovery, "type");
    file_.take(discovery, "refresh_interval");
    const auto& list = file_.take(file_.take(discovery, "static"), "endpoints");
    for (const auto& endpoint : list.items) read_endpoint(endpoint);
    out_.remarks = file_.remarks();
    return std::move(out_);
  }

 private:
  void read_server() {
    const auto& server = file_.take("server");
    const auto host = file_.take_text(server, "host");
    const auto port = file_.take_text(server, "port");
    if (!port.empty()) {
      const bool is_named = host == "localhost" || host.empty();
      out_.server.emplace_back("listen", fmt::format("{}:{}", is_named ? "127.0.0.1" : host, port));
    }
    add(out_.server, server, "shutdown_timeout", "drain_timeout");
  }

  // Durations are written alike, but 0 means that there is none.
  void add(Settings& to, const Node& from, std::string_view key, const char* name) {
    const auto& node = file_.take(from, key);
    if (node.text.empty()) return;
    if (node.text.starts_with('0')) return file_.remark(node, "there is always a limit");
    to.emplace_back(name, node.text);
  }

  void read_endpoint(const Node& endpoint) {
    const auto type = file_.take_text(endpoint, "type");
    const auto* const kind =
        std::ranges::find(kTypes, type, &std::pair<std::string_view, std::string_view>::first);
    const auto url = file_.take_text(endpoint, "url");
    if (url.empty()) return file_.remark(endpoint, "without url it is no upstream");
    auto name = file_.take_text(endpoint, "name");
    Upstream upstream{.name = upstream_name(name, out_.upstreams),
                      .kind = std::string(kind == std::end(kTypes) ? "openai" : kind->second),
                      .url = value_of(url)};
    read_auth(endpoint, upstream);
    read_filter(endpoint, upstream);
    read_priority(endpoint, upstream);
    add(upstream.more, endpoint, "check_interval", "refresh_interval");
    add(upstream.more, endpoint, "check_timeout", "timeout");
    out_.upstreams.push_back(std::move(upstream));
  }

  void read_auth(const Node& endpoint, Upstream& upstream) {
    const auto& auth = file_.take(endpoint, "auth");
    const auto type = file_.take_text(auth, "type");
    if (type == "bearer") {
      upstream.api_key = value_of(file_.take_text(auth, "token"));
    } else if (!type.empty()) {
      file_.remark(auth, "only a bearer token is sent to upstreams");
    }
  }

  void read_filter(const Node& endpoint, Upstream& upstream) {
    const auto& filter = file_.take(endpoint, "model_filter");
    for (const auto& item : file_.take(filter, "include").items) {
      upstream.models.push_back(literal(item.text));
    }
    const auto& exclude = file_.take(filter, "exclude");
    if (!exclude.items.empty()) {
      file_.remark(exclude,
                   "hide models of all upstreams by models: [{id: PATTERN, hidden: true}]");
    }
  }

  void read_priority(const Node& endpoint, Upstream& upstream) {
    const auto& node = file_.take(endpoint, "priority");
    if (node.text.empty()) return;
    int priority = 0;
    const auto& text = node.text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), priority);
    if (error != std::errc() || priority < 0 || priority > kBestPriority) {
      return file_.remark(node, "is no priority");
    }
    upstream.more.emplace_back("priority", fmt::format("{}", kBestPriority - priority));
  }

  ForeignFile file_;
  Imported out_;
};

}  // namespace

Imported from_olla(const Node& file) { return Reading(file).run(); }

}  // namespace weir::migration
