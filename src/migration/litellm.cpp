#include "migration/litellm.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "migration/providers.hpp"
#include "migration/scalar.hpp"

namespace weir::migration {
namespace {

using config::Node;

constexpr std::string_view kLimitsOfKeys =
    "limits belong to keys: keys[].model_limits, or `weir keys set NAME`";
constexpr std::string_view kNoStoreNeeded = "Weir keeps keys and usage in a file of its own";

constexpr std::string_view kInMemory = "Weir keeps the state of its upstreams in memory";

constexpr Reason kReasons[] = {
    {"model_list.litellm_params.rpm", kLimitsOfKeys},
    {"model_list.litellm_params.tpm", kLimitsOfKeys},
    {"model_list.litellm_params.temperature", "clients send their own parameters"},
    {"model_list.litellm_params.max_tokens", "clients send their own parameters"},
    {"model_list.litellm_params.api_version", "the upstream's /v1 API needs none"},
    {"model_list.litellm_params.input_cost_per_token", "Weir counts tokens, not money"},
    {"model_list.litellm_params.output_cost_per_token", "Weir counts tokens, not money"},
    {"model_list.model_info.input_cost_per_token", "Weir counts tokens, not money"},
    {"model_list.model_info.output_cost_per_token", "Weir counts tokens, not money"},
    {"router_settings.redis_host", kInMemory},
    {"router_settings.redis_port", kInMemory},
    {"router_settings.redis_password", kInMemory},
    {"router_settings.routing_strategy", "calls go to the less busy of two upstreams, by weight"},
    {"router_settings.fallbacks", "give models[].upstreams priorities instead"},
    {"litellm_settings.fallbacks", "give models[].upstreams priorities instead"},
    {"litellm_settings.drop_params", "parameters are passed on as they are"},
    {"litellm_settings.cache", "answers are not cached"},
    {"litellm_settings.success_callback", "calls are in the access log, and metrics at /metrics"},
    {"litellm_settings.failure_callback", "calls are in the access log, and metrics at /metrics"},
    {"litellm_settings.callbacks", "calls are in the access log, and metrics at /metrics"},
    {"general_settings.database_url", kNoStoreNeeded},
    {"general_settings.store_model_in_db", kNoStoreNeeded},
    {"environment_variables", "set it in the environment of the server"},
};

// LiteLLM's modes with a counterpart among the sub types.
constexpr std::pair<std::string_view, std::string_view> kModes[] = {
    {"chat", "chat"},
    {"completion", "chat"},
    {"responses", "chat"},
    {"embedding", "embedding"},
    {"rerank", "reranker"},
    {"image_generation", "text-to-image"},
    {"image_edit", "image-to-image"},
    {"audio_transcription", "speech-to-text"},
    {"audio_speech", "text-to-speech"},
    {"video_generation", "text-to-video"},
};

constexpr std::string_view kEnvironment = "os.environ/";

// A text as LiteLLM writes it: plain, or a reference to the environment.
std::string value_of(std::string_view text) {
  if (!text.starts_with(kEnvironment)) return literal(text);
  return fmt::format("${{{}}}", text.substr(kEnvironment.size()));
}

struct Target {
  const Provider* provider = nullptr;
  std::string_view model;
};

// `text` is "provider/model", or a model whose provider follows from its name, from `own`, or from
// an address that the row has: servers at addresses of their own are like OpenAI's.
Target target_of(std::string_view text, std::string_view own, bool has_address) {
  const auto slash = text.find('/');
  const auto prefix = slash == std::string_view::npos ? std::string_view() : text.substr(0, slash);
  const auto rest = prefix.empty() ? text : text.substr(slash + 1);
  if (!own.empty()) return {find_litellm_provider(own), prefix == own ? rest : text};
  if (const auto* known = find_litellm_provider(prefix)) return {known, rest};
  if (has_address) return {find_litellm_provider("openai"), text};
  return {prefix.empty() ? guess_litellm_provider(text) : nullptr, text};
}

class Reading {
 public:
  explicit Reading(const Node& root) : file_(root, kReasons) {}

  Imported run() {
    for (const auto& row : file_.take("model_list").items) read_row(row);
    read_aliases();
    read_general();
    out_.remarks = file_.remarks();
    return std::move(out_);
  }

 private:
  void read_row(const Node& row) {
    const auto id = file_.take_text(row, "model_name");
    const auto& params = file_.take(row, "litellm_params");
    const auto& model = file_.take(params, "model");
    if (id.empty() || model.text.empty()) {
      return file_.remark(row, "without model_name and litellm_params.model it is no model");
    }
    const auto base = file_.take_text(params, "api_base");
    const auto other_base = file_.take_text(params, "base_url");
    const auto& url = base.empty() ? other_base : base;
    const auto own = file_.take_text(params, "custom_llm_provider");
    const auto [provider, name] = target_of(model.text, own, !url.empty());
    if (provider == nullptr) {
      return file_.remark(row, fmt::format("Weir speaks no API of the provider of {}",
                                           config::in_quotes(model.text)));
    }
    if (url.empty() && provider->url.empty()) {
      return file_.remark(row, fmt::format("{} needs an api_base", provider->name));
    }
    const auto upstream = upstream_for(*provider, url, file_.take_text(params, "api_key"));
    add_options(params, upstream);
    add_model(row, id, std::string(name), upstream);
  }

  // Index of the upstream with this address and key.
  std::size_t upstream_for(const Provider& provider, std::string_view base, std::string_view key) {
    auto url = base.empty() ? std::string(provider.url) : value_of(base);
    // The address of a resource; its API that is like OpenAI's is below /openai/v1.
    if (provider.name == "azure" && !url.contains("/openai")) {
      while (url.ends_with('/')) url.pop_back();
      url += "/openai/v1";
    }
    auto secret = value_of(key);
    if (secret.empty() && !provider.key_variable.empty()) {
      secret = fmt::format("${{{}}}", provider.key_variable);
    }
    const auto same = [&](const Upstream& other) {
      return other.kind == provider.kind && other.url == url && other.api_key == secret;
    };
    const auto found = std::ranges::find_if(out_.upstreams, same);
    if (found != out_.upstreams.end()) {
      return static_cast<std::size_t>(found - out_.upstreams.begin());
    }
    Upstream upstream{.name = upstream_name(provider.name, out_.upstreams),
                      .kind = std::string(provider.kind),
                      .url = std::move(url),
                      .api_key = std::move(secret)};
    out_.upstreams.push_back(std::move(upstream));
    return out_.upstreams.size() - 1;
  }

  // An option of the deployment that upstreams have: the first one counts for all on the upstream.
  void add_options(const Node& params, std::size_t upstream) {
    auto& more = out_.upstreams[upstream].more;
    const auto add = [&](std::string_view key, const std::string& name, std::string_view unit) {
      const auto& node = file_.take(params, key);
      if (node.text.empty()) return;
      const auto value = quantity(node.text, unit);
      const auto old = std::ranges::find(more, name, &Settings::value_type::first);
      if (!value) {
        file_.remark(node, "is not a number");
      } else if (old == more.end()) {
        more.emplace_back(name, *value);
      } else if (old->second != *value) {
        file_.remark(node,
                     fmt::format("{} has {} {}", out_.upstreams[upstream].name, name, old->second));
      }
    };
    add("timeout", "total_timeout", "s");
    add("max_parallel_requests", "max_in_flight", "");
  }

  void add_model(const Node& row, const std::string& id, const std::string& name,
                 std::size_t upstream) {
    auto& to = out_.upstreams[upstream];
    if (name.contains('*') || id.contains('*')) {
      // A wildcard: whatever the upstream lists.
      if (!has(to.models, literal(name))) to.models.push_back(literal(name));
      const auto& model = config::find_deepest(row, "model_name");
      return file_.remark(model, fmt::format("{} lists its models under their own ids", to.name));
    }
    auto found = std::ranges::find(out_.models, literal(id), &Model::id);
    if (found == out_.models.end()) {
      out_.models.push_back({.id = literal(id)});
      found = std::prev(out_.models.end());
    }
    Route route{.upstream = to.name, .model = name == id ? std::string() : literal(name)};
    add_route_options(row, route);
    if (has(found->routes, to.name, &Route::upstream)) {
      return file_.remark(row, fmt::format("{} serves {} already", to.name, config::in_quotes(id)));
    }
    found->routes.push_back(std::move(route));
    add_info(row, *found);
  }

  void add_route_options(const Node& row, Route& route) {
    const auto& params = file_.take(row, "litellm_params");
    for (const auto& [key, name] :
         {std::pair{"order", "priority"}, std::pair{"weight", "weight"}}) {
      const auto& node = file_.take(params, key);
      if (node.text.empty()) continue;
      if (const auto value = quantity(node.text, {})) {
        route.more.emplace_back(name, *value);
      } else {
        file_.remark(node, "is not a whole number");
      }
    }
  }

  void add_info(const Node& row, Model& model) {
    const auto& info = file_.take(row, "model_info");
    file_.take(info, "id");          // names a deployment within LiteLLM
    file_.take(info, "base_model");  // selects a price
    const auto& mode = file_.take(info, "mode");
    if (!mode.text.empty()) {
      const auto* const sub_type = std::ranges::find(
          kModes, mode.text, &std::pair<std::string_view, std::string_view>::first);
      if (sub_type == std::end(kModes)) {
        file_.remark(mode, "Weir has no such sub type");
      } else {
        model.sub_type = sub_type->second;
      }
    }
    const auto add = [&](std::string_view key, const char* name) {
      const auto& node = file_.take(info, key);
      if (const auto value = quantity(node.text, {})) model.more.emplace_back(name, *value);
    };
    add("max_input_tokens", "max_model_len");
    add("max_output_tokens", "max_output_tokens");
  }

  void read_aliases() {
    const auto& router = file_.take("router_settings");
    for (const auto& alias : file_.take(router, "model_group_alias").items) {
      const auto& named = alias.kind == Node::Kind::map ? file_.take(alias, "model") : alias;
      file_.take(alias, "hidden");
      const auto model = std::ranges::find(out_.models, literal(named.text), &Model::id);
      if (model == out_.models.end()) {
        file_.remark(alias, "its model is none of model_list");
      } else {
        model->aliases.push_back(literal(alias.key));
        file_.use(alias);
      }
    }
    add_call(router, "num_retries", "retries", {});
    add_call(router, "timeout", "total_timeout", "s");
  }

  void add_call(const Node& from, std::string_view key, const char* name, std::string_view unit) {
    const auto& node = file_.take(from, key);
    if (node.text.empty()) return;
    const auto value = quantity(node.text, unit);
    if (!value) return file_.remark(node, "is not a number");
    if (!has(out_.calls, name, &Settings::value_type::first)) {
      out_.calls.emplace_back(name, *value);
    }
  }

  void read_general() {
    const auto& litellm = file_.take("litellm_settings");
    add_call(litellm, "num_retries", "retries", {});
    add_call(litellm, "request_timeout", "total_timeout", "s");
    const auto& general = file_.take("general_settings");
    const auto& master = file_.take(general, "master_key");
    if (master.text.empty()) return;
    const bool is_reference = master.text.starts_with(kEnvironment);
    if (is_reference || is_key(master.text)) {
      out_.keys.push_back({"master", value_of(master.text)});
    } else {
      file_.remark(master,
                   "a key has 16 characters or more: make one with `weir keys create NAME`");
    }
  }

  ForeignFile file_;
  Imported out_;
};

}  // namespace

Imported from_litellm(const Node& file) { return Reading(file).run(); }

}  // namespace weir::migration
