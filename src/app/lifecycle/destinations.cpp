#include "app/lifecycle/destinations.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"
#include "discovery/base_url.hpp"
#include "discovery/call_target.hpp"
#include "discovery/kinds.hpp"
#include "translation/translation.hpp"

namespace weir::app {
namespace {

// The gateway forwards the client's value of this field.
constexpr std::string_view kClientsOwnHeader = "anthropic-version";
// Answers must not be compressed, since usage, names and the ends of events are read from them.
constexpr std::string_view kFixedFields =
    "User-Agent: weir\r\nAccept-Encoding: identity\r\nVia: 1.1 weir\r\n";

Secret head_of(const discovery::UpstreamSettings& settings, const discovery::BaseUrl& base,
               const discovery::Kind& kind, catalogue::ApiRoot root, catalogue::Endpoint endpoint,
               std::string_view query = {}) {
  auto target = discovery::call_target(base, kind, root, endpoint);
  if (!target) return {};
  if (!query.empty()) target->append(target->contains('?') ? "&" : "?").append(query);
  auto head =
      fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\n{}", *target, base.authority(), kFixedFields);
  if (!settings.api_key.empty()) {
    const auto& field = discovery::call_key_header(kind, endpoint);
    head += fmt::format("{}: {}{}\r\n", field.name, field.prefix, settings.api_key.reveal());
  }
  for (const auto& [name, value] : kind.headers) {
    if (name != kClientsOwnHeader) head += fmt::format("{}: {}\r\n", name, value);
  }
  return Secret(std::move(head));
}

bool asks_usage(const discovery::UpstreamSettings& settings, const discovery::Kind& kind) {
  switch (settings.stream_usage) {
    case discovery::StreamUsage::always:
      return true;
    case discovery::StreamUsage::never:
      return false;
    case discovery::StreamUsage::automatic:
      return discovery::asks_for_usage(kind, catalogue::Endpoint::chat_completions);
  }
  __builtin_unreachable();
}

bool must_translate(const discovery::UpstreamSettings& settings, const discovery::BaseUrl& base,
                    catalogue::Endpoint endpoint) {
  // A server without messages counts none either, and one without responses keeps none.
  if (endpoint == catalogue::Endpoint::count_tokens) endpoint = catalogue::Endpoint::messages;
  const bool is_about_responses = endpoint == catalogue::Endpoint::stored_responses ||
                                  endpoint == catalogue::Endpoint::response_input_tokens;
  if (is_about_responses) endpoint = catalogue::Endpoint::responses;
  if (!settings.translate) {
    return endpoint == catalogue::Endpoint::messages && discovery::is_openai_itself(base);
  }
  const auto& slugs = *settings.translate;
  return std::ranges::find(slugs, catalogue::describe(endpoint).slug) != slugs.end();
}

void fill_heads(gateway::Destination& to, const discovery::UpstreamSettings& settings,
                const discovery::BaseUrl& base, const discovery::Kind& kind,
                catalogue::ApiRoot root) {
  for (const auto endpoint : catalogue::all_endpoints()) {
    if (must_translate(settings, base, endpoint)) continue;
    const auto index = static_cast<std::size_t>(endpoint);
    to.heads[index] = head_of(settings, base, kind, root, endpoint);
    if (const auto query = discovery::beta_query(endpoint); !query.empty()) {
      to.beta_heads[index] = head_of(settings, base, kind, root, endpoint, query);
    }
  }
  for (const auto endpoint : catalogue::all_endpoints()) {
    const auto target = translation::target_of(endpoint);
    const bool may = !settings.translate || must_translate(settings, base, endpoint);
    if (may && target && to.head(endpoint).empty() && !to.head(*target).empty()) {
      to.translated.insert(endpoint);
    }
  }
}

void fill_sessions(gateway::Destination& to, bool has_responses) {
  for (const auto endpoint : catalogue::all_endpoints()) {
    const auto& row = catalogue::describe(endpoint);
    const bool has = row.is_session() || (row.has_sessions && has_responses);
    if (has && !to.head(endpoint).empty()) to.sessions.insert(endpoint);
  }
}

gateway::Destination destination_of(const PlannedDestination& planned,
                                    const upstream::Settings& calls) {
  const auto& settings = planned.settings;
  const auto base = discovery::parse_base_url(settings.url);
  const auto* kind = discovery::find_kind(settings.kind);
  CHECK(base.has_value() && kind != nullptr);
  gateway::Destination to;
  to.upstream = planned.upstream;
  fill_heads(to, settings, *base, *kind, planned.root);
  fill_sessions(to, settings.responses_websocket.value_or(base->host == "api.openai.com"));
  if (discovery::is_openai_itself(*base)) {
    to.output_limit = "max_completion_tokens";
    to.takes_effort = true;
  }
  to.takes_top_k = kind->takes_top_k;
  to.documented = kind->calls;
  to.priority = settings.priority;
  to.weight = settings.weight;
  to.asks_usage = asks_usage(settings, *kind);
  to.connect_timeout = settings.connect_timeout.value_or(calls.connect_timeout);
  to.first_byte_timeout = settings.first_byte_timeout.value_or(calls.first_byte_timeout);
  to.total_timeout = settings.total_timeout.value_or(calls.total_timeout);
  return to;
}

}  // namespace

std::shared_ptr<const gateway::DestinationTable> make_destinations(
    std::span<const PlannedDestination> planned, const upstream::Settings& calls) {
  std::vector<gateway::Destination> destinations;
  destinations.reserve(planned.size());
  for (const auto& each : planned) destinations.push_back(destination_of(each, calls));
  return std::make_shared<const gateway::DestinationTable>(std::move(destinations), calls);
}

std::vector<PlannedDestination> Destinations::plan(
    std::span<const discovery::UpstreamSettings> upstreams,
    std::span<const catalogue::UpstreamListing> listings, const upstream::Settings& calls) {
  std::unordered_map<std::string_view, catalogue::ApiRoot> roots;
  for (const auto& listing : listings) roots.emplace(listing.upstream, listing.api_root);
  std::vector<PlannedDestination> planned;
  decltype(known_) still_known;
  for (const auto& settings : upstreams) {
    const auto base = discovery::parse_base_url(settings.url);
    if (!base || discovery::find_kind(settings.kind) == nullptr) continue;
    upstream::Address address{.name = settings.name,
                              .origin = {base->tls, base->host, base->port},
                              .tls = settings.tls()};
    auto upstream =
        take_over(std::move(address), calls, settings.max_in_flight.value_or(calls.max_in_flight));
    const auto found = roots.find(settings.name);
    still_known.emplace(settings.name, upstream);
    planned.push_back({settings, std::move(upstream),
                       found == roots.end() ? catalogue::ApiRoot::versioned : found->second});
  }
  known_ = std::move(still_known);
  return planned;
}

std::shared_ptr<upstream::Upstream> Destinations::take_over(upstream::Address address,
                                                            const upstream::Settings& calls,
                                                            int max_in_flight) {
  const auto known = known_.find(address.name);
  if (known != known_.end() && known->second->address() == address) {
    known->second->configure(calls, max_in_flight);
    return known->second;
  }
  return std::make_shared<upstream::Upstream>(std::move(address), calls, max_in_flight);
}

void Destinations::listed(const std::string& upstream, MonotonicTime now) {
  const auto known = known_.find(upstream);
  if (known != known_.end()) known->second->listed(now);
}

std::shared_ptr<upstream::Upstream> Destinations::list_failed(const std::string& upstream,
                                                              bool is_unanswered,
                                                              MonotonicTime now) {
  const auto known = known_.find(upstream);
  if (known == known_.end()) return nullptr;
  known->second->list_failed(is_unanswered, now);
  return known->second;
}

std::shared_ptr<upstream::Upstream> Destinations::found_health(const std::string& upstream,
                                                               bool is_alive, MonotonicTime now) {
  const auto known = known_.find(upstream);
  if (known == known_.end()) return nullptr;
  if (is_alive) {
    known->second->healthy(now);
  } else {
    known->second->unhealthy(now);
  }
  return known->second;
}

bool Destinations::is_silent(const std::string& upstream, std::chrono::milliseconds silence,
                             MonotonicTime now) const {
  const auto known = known_.find(upstream);
  return known != known_.end() && known->second->slots().in_flight() > 0 &&
         now - known->second->last_heard() >= silence;
}

std::vector<std::string> Destinations::silent(std::chrono::milliseconds silence,
                                              MonotonicTime now) {
  std::vector<std::string> due;
  for (const auto& [name, upstream] : known_) {
    const auto heard = upstream->last_heard();
    if (upstream->slots().in_flight() == 0 || now - heard < silence) {
      silences_.erase(name);
      continue;
    }
    auto& entry = silences_.try_emplace(name, Silence{heard, silence, now}).first->second;
    if (entry.heard != heard) entry = {heard, silence, now};
    if (now < entry.next_list) continue;
    due.push_back(name);
    entry.patience *= 2;
    entry.next_list = now + entry.patience;
  }
  return due;
}

}  // namespace weir::app
