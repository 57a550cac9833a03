#include "api/frontend.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/access_line.hpp"
#include "api/cors.hpp"
#include "api/error_reply.hpp"
#include "api/openapi.hpp"
#include "api/stored_reply.hpp"
#include "auth/bearer.hpp"
#include "auth/presented_key.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/render.hpp"
#include "codec/accept_encoding.hpp"
#include "codec/percent.hpp"
#include "telemetry/log.hpp"

namespace weir::api {
namespace {

// The only memo of this handler's connections.
struct Presented final : http::ConnectionMemo {
  explicit Presented(const auth::Address& from) : peer(from) {}
  auth::Address peer;
  auth::PresentedKey key;
};

auth::Address to_address(const boost::asio::ip::address& peer) {
  return peer.is_v4() ? auth::Address::from_v4(peer.to_v4().to_bytes())
                      : auth::Address::from_v6(peer.to_v6().to_bytes());
}

std::int64_t seconds_rounded_up(std::chrono::nanoseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

http::Reply rate_limited_reply(const auth::KeyEntry& key, const limit::Admission& admission) {
  auto reply = error_reply(Errc::rate_limited);
  fmt::format_to(std::back_inserter(reply.fields),
                 "Retry-After: {}\r\n"
                 "x-ratelimit-limit-requests: {}\r\n"
                 "x-ratelimit-remaining-requests: {}\r\n"
                 "x-ratelimit-reset-requests: {}s\r\n",
                 std::max<std::int64_t>(1, seconds_rounded_up(admission.retry_after)),
                 key.requests_per_minute, admission.remaining, seconds_rounded_up(admission.reset));
  return reply;
}

bool accepts_coding(std::string_view accept_encoding) {
  using enum codec::Coding;
  return codec::choose_coding(accept_encoding, {gzip, br, zstd}) != identity;
}

bool is_read(http::Method method) {
  return method == http::Method::get || method == http::Method::head;
}

}  // namespace

Frontend::Frontend(Services& services, telemetry::LineWriter::Source* access_log)
    : services_(services),
      published_(services.published),
      keys_(services.keyring.tables()),
      access_log_(access_log),
      digester_(services.keyring.make_digester()),
      metrics_(services.registry) {}

http::Answer Frontend::handle(http::Exchange& exchange) {
  auto found = answer(exchange);
  if (auto* rendering = std::get_if<Rendering>(&found)) {
    return render(exchange, std::move(*rendering));
  }
  auto& reply = std::get<http::Reply>(found);
  add_common_fields(exchange, reply);
  return std::move(reply);
}

net::Task<http::Reply> Frontend::render(http::Exchange& exchange, Rendering rendering) {
  auto make = [rendering = std::move(rendering)] { return rendering.make(); };
  auto making = services_.pool.run(std::move(make));
  auto list = co_await std::move(making);
  auto reply = list_reply(*exchange.request, std::move(list));
  add_common_fields(exchange, reply);
  co_return reply;
}

http::Reply Frontend::refuse(http::Exchange& exchange, Errc code) {
  auto reply = fail_with(exchange, code);
  if (code == Errc::overloaded) reply.fields += "Retry-After: 1\r\n";
  add_common_fields(exchange, reply);
  return reply;
}

void Frontend::finished(const http::Exchange& exchange) {
  metrics_.record(exchange);
  if (access_log_ == nullptr) return;
  line_.clear();
  append_access_line(line_, exchange);
  access_log_->append(line_);
}

http::Reply Frontend::fail_with(http::Exchange& exchange, Errc code, std::string_view message) {
  exchange.reason = code;
  return error_reply(code, message);
}

void Frontend::add_common_fields(const http::Exchange& exchange, http::Reply& reply) const {
  reply.fields.append("x-siliconcloud-trace-id: ").append(exchange.trace_id.text()).append("\r\n");
  if (exchange.request == nullptr) return;
  if (const auto origin = exchange.request->header(http::FieldName::origin); !origin.empty()) {
    reply.fields += cors_fields(origin, services_.cors_allow_origins);
  }
}

Frontend::Found Frontend::answer(http::Exchange& exchange) {
  const http::Request& request = *exchange.request;
  const RouteMatch match = match_route(request.path);
  const bool whole_server = request.path == "*";
  if (match.route == nullptr && !whole_server) return fail_with(exchange, Errc::route_not_found);
  if (match.route != nullptr) exchange.route = match.route->label;
  if (request.method == http::Method::options) {
    http::Reply reply;
    reply.status = 204;
    reply.fixed_fields = kAllow;
    if (is_preflight(request)) {
      const auto asked_for = request.header(http::FieldName::access_control_request_headers);
      reply.fields = preflight_fields(asked_for);
    }
    return reply;
  }
  if (!is_read(request.method)) {
    auto reply = fail_with(exchange, Errc::method_not_allowed);
    reply.fields += kAllow;
    return reply;
  }
  const auth::KeyEntry* key = nullptr;
  if (match.route->access == Access::key) {
    auto admitted = admit(exchange);
    if (!admitted) return std::move(admitted.error());
    key = *admitted;
  }
  switch (match.route->id) {
    case RouteId::list_models:
      return list_models(exchange, *key);
    case RouteId::retrieve_model:
      return retrieve_model(exchange, *key, match.parameter);
    case RouteId::openapi:
      return openapi_reply(request);
  }
  __builtin_unreachable();
}

std::expected<const auth::KeyEntry*, http::Reply> Frontend::admit(http::Exchange& exchange) {
  const auto unauthorized = [&](Errc code) { return std::unexpected(fail_with(exchange, code)); };
  const http::Request& request = *exchange.request;
  const auto token = auth::parse_bearer(request.header(http::FieldName::authorization));
  if (!token || request.count(http::FieldName::authorization) > 1) {
    return unauthorized(Errc::invalid_token);
  }
  if (!exchange.memo) exchange.memo = std::make_unique<Presented>(to_address(exchange.peer));
  auto& presented = static_cast<Presented&>(*exchange.memo);
  const auto* digest = presented.key.digest(digester_, *token);
  if (digest == nullptr) return unauthorized(Errc::invalid_token);

  const auto found = keys_.get().authenticate(*digest, presented.peer, exchange.whole_at);
  if (!found) return unauthorized(found.error());
  const auth::KeyEntry& key = **found;
  exchange.caller = key.id;
  const auto admission = key.limiter->try_take(1, exchange.whole);
  if (!admission.admitted) {
    exchange.reason = Errc::rate_limited;
    return std::unexpected(rate_limited_reply(key, admission));
  }
  return &key;
}

std::shared_ptr<const catalogue::Scope> Frontend::scope_of(const auth::KeyEntry& key) {
  const auth::Permission& permission = *key.permission;
  if (scopes_.size() <= permission.id) scopes_.resize(permission.id + 1);
  auto& scope = scopes_[permission.id];
  if (!scope) {
    auto parsed = catalogue::Scope::parse(permission.models, permission.sub_types);
    if (!parsed) {
      // Written by another version of Weir, perhaps. What is not understood is not allowed.
      telemetry::log_error("a key's permission is not understood; it may call nothing",
                           {{"key_id", key.id}, {"detail", parsed.error().detail}});
      parsed = catalogue::Scope::parse({}, {});
    }
    scope = std::make_shared<const catalogue::Scope>(std::move(*parsed));
  }
  return scope;
}

Frontend::Found Frontend::list_models(http::Exchange& exchange, const auth::KeyEntry& key) {
  const http::Request& request = *exchange.request;
  const Published& published = published_.get();
  const auto query = catalogue::parse_list_query(request.query, published.settings.view);
  if (!query) return fail_with(exchange, Errc::invalid_parameter, query.error().message);
  auto scope = scope_of(key);
  const auto accept_encoding = request.header(http::FieldName::accept_encoding);
  const bool with_codings = accepts_coding(accept_encoding);
  auto list = published.lists->find(catalogue::ListKey(*scope, *query));
  if (list && !(with_codings && published.lists->lacks_codings(*list))) {
    return list_reply(request, std::move(list));
  }
  return Rendering{published.lists, std::move(scope), *query, with_codings};
}

// Rendering and compressing thousands of models takes milliseconds.
catalogue::ListPtr Frontend::Rendering::make() const {
  auto list = lists->get(*scope, query);
  if (!with_codings) return list;
  lists->add_codings(catalogue::ListKey(*scope, query));
  return lists->get(*scope, query);
}

http::Reply Frontend::retrieve_model(http::Exchange& exchange, const auth::KeyEntry& key,
                                     std::string_view encoded_id) {
  const http::Request& request = *exchange.request;
  const Published& published = published_.get();
  const auto query = catalogue::parse_list_query(request.query, published.settings.view);
  if (!query) return fail_with(exchange, Errc::invalid_parameter, query.error().message);
  const auto id = codec::percent_decode(encoded_id);
  if (!id) return fail_with(exchange, Errc::model_not_found);
  const auto* model = catalogue::find_visible(*published.catalogue, *id, *scope_of(key),
                                              query->include_unavailable);
  if (model == nullptr) return fail_with(exchange, Errc::model_not_found);
  return tagged_reply(request, catalogue::render_model(*model, query->view));
}

}  // namespace weir::api
