#include "api/frontend.hpp"

#include <fmt/format.h>

#include "api/access_line.hpp"
#include "api/call_summary.hpp"
#include "api/client_key.hpp"
#include "api/cors.hpp"
#include "api/docs_page.hpp"
#include "api/error_family.hpp"
#include "api/front_page.hpp"
#include "api/google_query.hpp"
#include "api/keyless.hpp"
#include "api/ollama.hpp"
#include "api/openapi.hpp"
#include "api/stored_reply.hpp"
#include "auth/presented_key.hpp"
#include "base/stable_hash.hpp"
#include "codec/percent.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/call.hpp"
#include "gateway/rate_limit_fields.hpp"
#include "http/client_stream.hpp"
#include "http/websocket_handshake.hpp"
#include "telemetry/log.hpp"

namespace weir::api {
namespace {

bool is_read(http::Method method) {
  return method == http::Method::get || method == http::Method::head;
}

constexpr std::string_view kAllowAll = "Allow: GET, HEAD, POST, DELETE, OPTIONS\r\n";

// The only type of memo on this handler's connections.
struct Presented final : http::ConnectionMemo {
  explicit Presented(const auth::Address& from) : peer(from) {}
  auth::Address peer;
  auth::PresentedKey key;
  gateway::CallRecord call;
};

auth::Address to_address(const boost::asio::ip::address& peer) {
  return peer.is_v4() ? auth::Address::from_v4(peer.to_v4().to_bytes())
                      : auth::Address::from_v6(peer.to_v6().to_bytes());
}

Presented& memo_of(http::Exchange& exchange) {
  auto& memo = *exchange.memo;
  if (!memo) memo = std::make_unique<Presented>(to_address(exchange.peer));
  return static_cast<Presented&>(*memo);
}

http::Reply ollama_runs() {
  auto reply = http::Reply::with_body(200, std::string(kOllamaRuns));
  reply.fixed_fields = "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n";
  return reply;
}

constexpr std::size_t kMaxScopes = 4'096;

// Every client of Weir has the same account at an upstream.
constexpr std::string_view kNoList =
    "There is no list, since an upstream's would show what other keys have there. Use the ids that "
    "the calls of this key were answered with.";

std::string allow_field(const RouteMatch& found) {
  return fmt::format("Allow: {}\r\n", found.methods());
}

bool has_no_list(const Route& route) {
  return route.endpoint && dialect::of(*route.endpoint).ids.is_listed;
}

// True if an id of the call belongs to the key.
bool has_request_id(catalogue::Endpoint endpoint) {
  return dialect::of(endpoint).ids.use != dialect::RequestId::none;
}

}  // namespace

Frontend::Frontend(Services& services, telemetry::LineWriter::Source* access_log,
                   Secret assumed_key)
    : services_(services),
      published_(services.published),
      keys_(services.keyring.tables()),
      access_log_(access_log),
      calls_(services.calls == nullptr ? nullptr : &services.calls->add_source()),
      assumed_key_(std::move(assumed_key)),
      digester_(services.keyring.make_digester()),
      metrics_(services.registry),
      gateway_(services.gateway, services.usage.add_cell(), services.registry) {}

bool Frontend::takes_body(const http::Request& request) {
  if (request.method != http::Method::post) return false;
  const auto found = match_route(request.path);
  return found.route != nullptr && found.route->takes_body();
}

http::Answer Frontend::handle(http::Exchange& exchange) {
  auto found = answer(exchange);
  if (auto* rendering = std::get_if<ListRendering>(&found)) {
    return render(exchange, std::move(*rendering));
  }
  if (auto* usage = std::get_if<OwnUsage>(&found)) {
    return show_usage(exchange, std::move(*usage));
  }
  if (auto* showing = std::get_if<Showing>(&found)) {
    return show_model(exchange, std::move(*showing));
  }
  if (auto* input = std::get_if<gateway::CallInput>(&found)) {
    return call(exchange, std::make_unique<gateway::Call>(gateway_, std::move(*input)));
  }
  if (std::holds_alternative<DocsRendering>(found)) return show_docs(exchange);
  auto& reply = std::get<http::Reply>(found);
  add_common_fields(exchange, reply.fields);
  return std::move(reply);
}

Frontend::Found Frontend::call_input(http::Exchange& exchange, const auth::KeyEntry& key,
                                     const RouteMatch& found) {
  const auto endpoint = *found.route->endpoint;
  auto& record = memo_of(exchange).call;
  record.reset();
  const Published& published = published_.get();
  gateway::CallInput input{
      .exchange = exchange,
      .record = record,
      .endpoint = endpoint,
      .catalogue = published.catalogue,
      .directory = published.directory,
      .scope = scope_of(key),
      .limiter = key.limiter(),
      .key_identity = std::string(has_request_id(endpoint) ? key.identity() : std::string_view{}),
      .key_number = reinterpret_cast<std::uintptr_t>(&key),
      .fields = {}};
  if (found.names_stored()) {
    const auto& request = *exchange.request;
    input.stored =
        gateway::read_stored_call(endpoint, request.method, found.parameter, request.query);
  }
  if (opens_session(*exchange.request, found)) {
    if (auto refused = read_session(exchange, found, input)) return std::move(*refused);
  }
  if (published.directory->settings().affinity == upstream::Affinity::key) {
    input.key_hash = stable_hash(key.name());
  }
  add_common_fields(exchange, input.fields);
  if (catalogue::describe(endpoint).names_model()) {
    auto model = codec::percent_decode(found.parameter);
    if (!model) return unknown_model(exchange, found.parameter);
    input.model = std::move(*model);
    if (!wants_events(exchange.request->query)) input.framing = dialect::Framing::array;
  }
  return input;
}

net::Task<http::Outcome> Frontend::call(http::Exchange& exchange,
                                        std::unique_ptr<gateway::Call> call) {
  co_await call->run();
  if (call->estimated_tokens()) co_return answer_estimate(exchange, *call);
  co_return answer_refusal(exchange, call->refusal());
}

http::Outcome Frontend::answer_estimate(const http::Exchange& exchange, gateway::Call& call) {
  if (exchange.reason) return nullptr;  // the client has left
  const auto begin = dialect::of(*call_of(exchange)->endpoint).count;
  auto reply = http::Reply::with_body(
      200, fmt::format("{}{}}}", begin, call.estimated_tokens().value_or(0)));
  reply.fixed_fields = "Content-Type: application/json\r\nX-Weir-Estimated: input_tokens\r\n";
  reply.fields = call.take_fields();
  return std::make_unique<http::Reply>(std::move(reply));
}

http::Outcome Frontend::answer_refusal(http::Exchange& exchange,
                                       const gateway::Refusal* refusal) const {
  // A begun answer cannot be replaced, and a client that has left cannot be answered.
  const bool unanswerable =
      describe(exchange.reason.value_or(Errc::internal)).status == kClientClosedRequest;
  if (refusal == nullptr || exchange.client->begun() || unanswerable) return nullptr;
  auto reply = error_reply(family_of(exchange), {.code = refusal->code,
                                                 .message = refusal->message,
                                                 .retry_after = refusal->retry_after,
                                                 .plain = refusal->plain});
  reply.fields += refusal->fields;
  add_common_fields(exchange, reply.fields);
  return std::make_unique<http::Reply>(std::move(reply));
}

net::Task<http::Outcome> Frontend::render(http::Exchange& exchange, ListRendering rendering) {
  const auto accepted = rendering.accepted;
  auto make = [rendering = std::move(rendering)] { return rendering.make(); };
  auto making = services_.pool.run(std::move(make));
  auto list = co_await std::move(making);
  auto reply = list ? list_reply(*exchange.request, std::move(*list), accepted)
                    : fail_with(exchange, {Errc::invalid_parameter, list.error().message});
  add_common_fields(exchange, reply.fields);
  co_return std::make_unique<http::Reply>(std::move(reply));
}

http::Reply Frontend::refuse(http::Exchange& exchange, Errc code) {
  ErrorAnswer error{code};
  if (code == Errc::overloaded) error.retry_after = std::chrono::seconds(1);
  auto reply = fail_with(exchange, error);
  if (code == Errc::method_not_allowed) reply.fields += kAllowAll;
  add_common_fields(exchange, reply.fields);
  return reply;
}

gateway::CallRecord* Frontend::call_of(const http::Exchange& exchange) {
  // Behind another handler the memo of a request that was never handled is that handler's.
  auto* presented = dynamic_cast<Presented*>(exchange.memo->get());
  if (presented == nullptr || !presented->call.endpoint) return nullptr;
  return &presented->call;
}

void Frontend::finished(const http::Exchange& exchange) {
  metrics_.record(exchange);
  auto* call = call_of(exchange);
  if (access_log_ != nullptr) {
    line_.clear();
    append_access_line(line_, exchange, call);
    access_log_->append(line_);
  }
  if (call != nullptr && calls_ != nullptr) calls_->record(summarize(exchange, *call));
  // The connection's next request starts without a call.
  if (call != nullptr) call->endpoint.reset();
}

dialect::Family Frontend::family_of(const http::Exchange& exchange) const {
  const bool by_contract = services_.errors == http::Errors::contract;
  return by_contract ? dialect::Family::siliconflow : error_family(exchange.request);
}

http::Reply Frontend::fail_with(http::Exchange& exchange, const ErrorAnswer& error) {
  exchange.reason = error.code;
  return error_reply(family_of(exchange), error);
}

void Frontend::add_common_fields(const http::Exchange& exchange, std::string& fields) const {
  // The names by which SiliconFlow's, OpenAI's and Anthropic's clients know it.
  constexpr std::string_view kTraceId = "x-siliconcloud-trace-id: ";
  constexpr std::string_view kRequestId = "\r\nx-request-id: ";
  constexpr std::string_view kAnthropicId = "\r\nrequest-id: ";
  const auto id = exchange.trace_id.text();
  fields.reserve(fields.size() + kTraceId.size() + kRequestId.size() + kAnthropicId.size() +
                 3 * id.size() + 2);
  fields.append(kTraceId).append(id).append(kRequestId).append(id);
  fields.append(kAnthropicId).append(id).append("\r\n");
  if (exchange.request == nullptr) return;
  if (const auto origin = exchange.request->header(http::FieldName::origin); !origin.empty()) {
    fields += cors_fields(origin, services_.cors_allow_origins);
  }
}

Frontend::Found Frontend::answer(http::Exchange& exchange) {
  const http::Request& request = *exchange.request;
  RouteMatch found = match_route(request.path);
  if (found.route != nullptr && found.route->is_page() && !has_page(*found.route)) found = {};
  const bool whole_server = request.path == "*";
  if (found.route == nullptr && !whole_server) {
    return no_route(exchange);
  }
  if (found.route != nullptr) exchange.route = found.route->label;
  if (request.method == http::Method::options) {
    return options_reply(request, whole_server ? std::string(kAllowAll) : allow_field(found));
  }
  if (!found.allows(request.method) && !may_open_session(request, found)) {
    if (http::asks_for_websocket(request)) return refuse_websocket(exchange);
    const bool is_list = is_read(request.method) && has_no_list(*found.route);
    return method_not_allowed(exchange, allow_field(found), is_list ? kNoList : std::string_view{});
  }
  const auth::KeyEntry* key = nullptr;
  if (found.route->access != Access::anyone) {
    auto authenticated = authenticate(exchange);
    if (!authenticated) return std::move(authenticated.error());
    key = *authenticated;
    if (!found.route->endpoint && found.route->access == Access::key) {
      if (auto refused = count(exchange, *key)) return std::move(*refused);
    }
  }
  switch (found.route->id) {
    case RouteId::list_models:
      return list_models(exchange, *key);
    case RouteId::retrieve_model:
      return retrieve_model(exchange, *key, found.parameter);
    case RouteId::usage:
      return own_usage(exchange, *key);
    case RouteId::user_info:
      exchange.reason = Errc::retired;
      return error_reply(dialect::Family::siliconflow, {.code = Errc::retired});
    case RouteId::list_voices:
      return fail_with(exchange, {Errc::invalid_parameter, kNoList});
    case RouteId::openapi:
      return openapi_reply(request);
    case RouteId::front_page:
      if (!assumed_key_.empty()) return ollama_runs();
      return front_page_reply(exchange, services_.front_page);
    case RouteId::docs:
      if (auto page = known_docs_page()) return docs_reply(request, std::move(page));
      return DocsRendering{};
    case RouteId::ollama_version:
      return tagged_reply(request, std::string(kOllamaVersion));
    case RouteId::ollama_tags:
      return list_for_ollama(exchange, *key, ListShape::ollama_tags);
    case RouteId::ollama_processes:
      return list_for_ollama(exchange, *key, ListShape::ollama_processes);
    case RouteId::ollama_show:
      return Showing{published_.get().catalogue, scope_of(*key)};
    case RouteId::call:
      return call_input(exchange, *key, found);
  }
  __builtin_unreachable();
}

std::expected<const auth::KeyEntry*, http::Reply> Frontend::authenticate(http::Exchange& exchange) {
  const auto unauthorized = [&](Errc code, std::string_view message = {}) {
    return std::unexpected(fail_with(exchange, {code, message}));
  };
  auto token = client_key(*exchange.request);
  if (!token && !assumed_key_.empty() && may_assume_key(*exchange.request)) {
    token = assumed_key_.reveal();
  }
  if (!token) {
    const bool two_keys = token.error() == Errc::invalid_parameter;
    return unauthorized(token.error(), two_keys ? kTwoKeys : std::string_view{});
  }
  auto& presented = memo_of(exchange);
  const auto* digest = presented.key.digest(digester_, *token);
  if (digest == nullptr) return unauthorized(Errc::invalid_token);

  const auto found = keys_.get().authenticate(*digest, presented.peer, exchange.whole_at);
  if (!found) return unauthorized(found.error());
  const auth::KeyEntry& key = **found;
  exchange.caller = key.id();
  return &key;
}

std::optional<http::Reply> Frontend::count(http::Exchange& exchange, const auth::KeyEntry& key) {
  limit::Standing standing;
  const auto counted = key.limiter()->try_take_request(exchange.whole, &standing);
  if (counted) return std::nullopt;
  const auto& refusal = counted.error();
  const auto message = gateway::rate_limited_message(refusal);
  auto reply = fail_with(exchange, {Errc::rate_limited, message, gateway::retry_after(refusal)});
  gateway::put_quota(reply.fields, gateway::kRequestQuota, standing.requests);
  return reply;
}

std::shared_ptr<const catalogue::Scope> Frontend::scope_of(const auth::KeyEntry& key) {
  const auth::Permission& permission = key.permission();
  if (scopes_.size() >= kMaxScopes && !scopes_.contains(permission.id)) scopes_.clear();
  auto& scope = scopes_[permission.id];
  if (!scope) {
    auto parsed = catalogue::Scope::parse(permission.models, permission.sub_types);
    if (!parsed) {
      // Possibly written by another version of Weir. An unknown permission allows nothing.
      telemetry::log_error("a key has unknown permissions; it may call no models",
                           {{"key_id", key.id()}, {"detail", parsed.error().detail}});
      parsed = catalogue::Scope::parse({}, {});
    }
    scope = std::make_shared<const catalogue::Scope>(std::move(*parsed));
  }
  return scope;
}

}  // namespace weir::api
