#include "discovery/settings.hpp"

#include <string_view>

#include "base/enum_table.hpp"
#include "config/schema.hpp"
#include "config/text_check.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {
namespace {

using config::Apply;
using config::duration;
using config::integer;

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kHour = 3'600 * kSecond;
constexpr config::Range kRefreshInterval{kSecond, 24 * kHour};
constexpr config::Range kTimeout{100, 300 * kSecond};

constexpr EnumNames<StreamUsage> kStreamUsageNames({
    {StreamUsage::automatic, "auto"},
    {StreamUsage::always, "always"},
    {StreamUsage::never, "never"},
});

config::Type<std::string> kind() {
  const auto slugs = kind_slugs();
  return config::one_of(std::vector(slugs.begin(), slugs.end()));
}

void add_calls(config::Schema<UpstreamSettings>& schema) {
  using Upstream = UpstreamSettings;
  constexpr config::Range kAnswer{100, 24 * kHour};
  schema
      .field(
          "priority", &Upstream::priority, integer<int>({1, 1'000, "first"}),
          "Among the upstreams that serve a model, those with the lowest value are called as long "
          "as any of them is available.")
      .field("weight", &Upstream::weight, integer<int>({1, 1'000}),
             "Share of the calls among upstreams of equal priority.")
      .field("max_in_flight", &Upstream::max_in_flight, integer<int>({1, 1'000'000, "unlimited"}),
             "Overrides calls.max_in_flight.")
      .field("connect_timeout", &Upstream::connect_timeout, duration({10, 300 * kSecond}),
             "Overrides calls.connect_timeout.")
      .field("first_byte_timeout", &Upstream::first_byte_timeout, duration(kAnswer),
             "Overrides calls.first_byte_timeout.")
      .field("total_timeout", &Upstream::total_timeout, duration({kSecond, 168 * kHour}),
             "Overrides calls.total_timeout.")
      .field("stream_usage", &Upstream::stream_usage, config::one_of(kStreamUsageNames),
             "Whether to request token usage in streams; auto: if the upstream's kind supports the "
             "option and does not report usage otherwise.")
      .field(
          "translate", &Upstream::translate,
          config::list_of(config::one_of(std::vector<std::string_view>{
              "messages", "responses", "generate_content", "stream_generate_content",
              "embed_content", "batch_embed_contents", "ollama_chat", "ollama_generate",
              "ollama_embed", "ollama_embeddings"})),
          "Endpoints whose calls are sent as chat completions, or as embeddings, for a server that "
          "does not have them. Unset: those that servers of this kind, or OpenAI and Azure, are "
          "not documented "
          "to "
          "have; []: none.")
      .field("responses_websocket", &Upstream::responses_websocket, config::boolean(),
             "Whether it serves /v1/responses as a WebSocket as well. Unset: api.openai.com does. "
             "Clients are offered one if all of their models have such an upstream.");
}

}  // namespace

config::Schema<Settings> settings_schema() {
  config::Schema<Settings> schema(Apply::live);
  schema
      .field("refresh_interval", &Settings::refresh_interval, duration(kRefreshInterval),
             "How often each upstream's list is requested.")
      .field("timeout", &Settings::timeout, duration(kTimeout),
             "Time limit for requesting one upstream's whole list.")
      .field("backoff_max", &Settings::backoff_max, duration({kSecond, 24 * kHour}),
             "Maximum wait before a failing upstream's list is requested again.")
      .field("grace", &Settings::grace, duration({kSecond, 168 * kHour, "removed at once"}),
             "How long an unreachable upstream's models stay listed.")
      .field("not_served_for", &Settings::not_served_for, duration({kSecond, 168 * kHour}),
             "How long a model is unavailable at an upstream that was assumed to serve it and "
             "answered a call with 404, 405, 410 or 501. The first list after this time makes it "
             "available again.")
      .field("max_answer_bytes", &Settings::max_answer_bytes, config::bytes({64 << 10, 1 << 30}),
             "Maximum size of an upstream's answer to a list request; a larger one counts as a "
             "failure.")
      .field("max_models_per_upstream", &Settings::max_models_per_upstream,
             integer<std::int64_t>({1, 1'000'000}),
             "Maximum number of models taken from one upstream; a longer list is truncated, and "
             "reported as such.")
      .field("max_concurrent", &Settings::max_concurrent, integer<int>({1, 1024}),
             "Number of upstreams whose lists are requested concurrently.");
  return schema;
}

std::optional<config::Complaint> url_missing(const UpstreamSettings& settings) {
  const bool built_in = settings.kind == "simulator";
  if (built_in && !settings.url.empty()) {
    return config::Complaint{"url", "cannot be used with kind simulator",
                             "no url: the engine is built in"};
  }
  if (built_in || !settings.url.empty()) return std::nullopt;
  return config::Complaint{"url", "is missing", "http(s)://host[:port][/path]"};
}

config::Schema<UpstreamSettings> upstream_schema() {
  using Upstream = UpstreamSettings;
  config::Schema<Upstream> schema(Apply::live);
  schema
      .required(
          "name", &Upstream::name,
          config::text("1 to 64 letters, digits, dots, dashes and underscores", config::is_name),
          "Name in logs, metrics and `models`; unique in this file.")
      .field("kind", &Upstream::kind, kind(),
             "Kind of server; openai for any other. Adding the first simulator needs a restart.")
      .field("url", &Upstream::url,
             config::text("http(s)://host[:port][/path], without user name, query or fragment",
                          [](std::string_view text) {
                            return text.empty() || parse_base_url(text).has_value();
                          }),
             "Address of the server, with or without a final /v1. Required, except for kind "
             "simulator.")
      .field("api_key", &Upstream::api_key,
             config::secret("1 to 512 visible ASCII characters without spaces",
                            [](std::string_view text) { return config::is_token(text, 1); }),
             "Key to send to the server, preferably as `${NAME}` or `${file:path}`.")
      .field("models", &Upstream::models,
             config::list_of(
                 config::text("a model id or a pattern with * and ?", config::is_filled_text)),
             "Models to take from the upstream's list.")
      .field("ca_file", &Upstream::ca_file,
             config::text("a file with PEM certificates, or \"\" for the system's",
                          config::is_plain_text),
             "Authorities that the server's certificate, which is always verified, may be signed "
             "by; for a self-signed certificate, the certificate itself.")
      .field("refresh_interval", &Upstream::refresh_interval, duration(kRefreshInterval),
             "Overrides discovery.refresh_interval.")
      .field("timeout", &Upstream::timeout, duration(kTimeout), "Overrides discovery.timeout.");
  add_calls(schema);
  schema.check(url_missing);
  return schema;
}

}  // namespace weir::discovery
