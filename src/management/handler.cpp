#include "management/handler.hpp"

#include <fmt/format.h>

#include "admin/own_names.hpp"
#include "codec/etag.hpp"
#include "codec/percent.hpp"
#include "http/client_stream.hpp"
#include "telemetry/log.hpp"

namespace weir::management {
namespace {

constexpr std::string_view kRoot = "/admin/v1";
constexpr std::uint64_t kMaxBodyBytes = 1U << 20U;
constexpr std::string_view kBearer = "Bearer ";

bool is_api(std::string_view path) {
  return path.starts_with(kRoot) && (path.size() == kRoot.size() || path[kRoot.size()] == '/');
}

bool is_json(std::string_view type) {
  const auto media = type.substr(0, type.find(';'));
  return media == "application/json" || media == "application/json ";
}

// All addresses of a network that one host may have count as one.
std::string counted_address(const boost::asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return boost::asio::ip::address_v6(bytes).to_string();
}

// Checks what a browser may do on behalf of another page.
Answered<void> check_origin(const Context& context, const Route& route) {
  const bool is_by_browser =
      route.access == Access::login || context.caller.by == Credential::cookie;
  if (!route.is_change() || !is_by_browser) return {};
  if (context.field("Sec-Fetch-Site") != "same-origin") return refuse(Reason::cross_site);
  return {};
}

Answered<void> check_role(const Context& context, const Route& route) {
  if (route.access == Access::anyone || route.access == Access::login) return {};
  if (!context.caller.role) {
    return std::unexpected(
        Problem{.reason = Reason::unauthorized, .fields = "WWW-Authenticate: Bearer\r\n"});
  }
  if (route.access == Access::admin && *context.caller.role != Role::admin) {
    return refuse(Reason::forbidden);
  }
  return {};
}

net::Task<Answered<std::string>> receive(http::ClientStream& client) {  // outlives: the exchange
  auto read = client.limit_body(kMaxBodyBytes);
  if (!read) co_return std::unexpected(problem_of(read.error().code));
  auto reading = client.whole_body();
  auto body = co_await std::move(reading);
  if (!body) co_return std::unexpected(problem_of(body.error().code));
  co_return std::move(*body);
}

http::Reply reply_of(const http::Request& request, Body body) {
  const bool is_list = request.method == http::Method::get || request.method == http::Method::head;
  std::string fields = std::move(body.fields);
  const bool has_tag = body.status == 200 && is_list;
  if (has_tag && body.etag.empty()) body.etag = codec::strong_etag(body.json);
  if (!body.etag.empty()) fields += fmt::format("ETag: {}\r\n", body.etag);
  const auto known = request.header(http::FieldName::if_none_match);
  const bool is_known = has_tag && !known.empty() && codec::etag_matches(known, body.etag);
  auto reply = is_known ? http::Reply::with_body(304, {})
                        : http::Reply::with_body(body.status, std::move(body.json));
  const bool is_other = fields.contains("Content-Type:");
  reply.fixed_fields = is_known || is_other || reply.body.empty()
                           ? "Cache-Control: no-store\r\n"
                           : "Content-Type: application/json\r\nCache-Control: no-store\r\n";
  reply.fields = std::move(fields);
  return reply;
}

}  // namespace

bool is_loopback(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

Problem failed_login(const Context& context, Failures& failures) {
  failures.add(counted_address(context.exchange.peer), context.exchange.whole);
  telemetry::log_warn("failed login at the admin listener", {{"peer", context.exchange.peer_text}});
  return {.reason = Reason::unauthorized, .fields = "WWW-Authenticate: Bearer\r\n"};
}

Answered<void> may_try(const Context& context, Failures& failures) {
  const auto wait =
      failures.must_wait(counted_address(context.exchange.peer), context.exchange.whole);
  if (!wait) return {};
  return std::unexpected(Problem{.reason = Reason::too_many_failures,
                                 .fields = fmt::format("Retry-After: {}\r\n", wait->count())});
}

AdminHandler::AdminHandler(Services services, Keys keys, std::span<const std::string> hosts,
                           std::unique_ptr<http::Handler> others)
    : services_(std::move(services)),
      state_{.admin_key = std::move(keys.admin),
             .viewer_key = std::move(keys.viewer),
             .digester = services_.keys.make_digester(),
             .link = make_token(auth::system_random)},
      hosts_(hosts),
      others_(std::move(others)) {
  services_.link_changed(state_.link);
}

bool AdminHandler::takes_body(const http::Request& request) {
  if (!is_api(request.path)) return others_->takes_body(request);
  return request.method == http::Method::post || request.method == http::Method::patch;
}

http::Answer AdminHandler::handle(http::Exchange& exchange) {
  if (is_api(exchange.request->path)) return serve(exchange);
  return others_->handle(exchange);
}

http::Reply AdminHandler::refuse(http::Exchange& exchange, Errc code) {
  if (exchange.request == nullptr || !is_api(exchange.request->path)) {
    return others_->refuse(exchange, code);
  }
  exchange.reason = code;
  return problem_reply(problem_of(code));
}

net::Task<http::Outcome> AdminHandler::serve(http::Exchange& exchange) {
  Context context{.services = services_, .state = state_, .exchange = exchange};
  auto answering = answer(context);
  auto answered = co_await std::move(answering);
  if (answered && answered->is_sent) co_return nullptr;
  auto reply = answered ? reply_of(*exchange.request, std::move(*answered))
                        : problem_reply(answered.error());
  wipe(context.body);
  co_return std::make_unique<http::Reply>(std::move(reply));
}

Serving AdminHandler::answer(Context& context) {  // outlives the task
  using management::refuse;
  const auto& request = context.request();
  if (!admin::is_own_name(request.authority, hosts_)) co_return refuse(Reason::misdirected_request);
  auto path = request.path.substr(kRoot.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto found = match_route(request.method, path);
  if (found.allowed.empty()) co_return refuse(Reason::not_found);
  if (found.route == nullptr) {
    co_return std::unexpected(Problem{.reason = Reason::method_not_allowed,
                                      .fields = fmt::format("Allow: {}\r\n", found.allowed)});
  }
  const Route& route = *found.route;
  auto name = codec::percent_decode(found.parameter);
  auto query = codec::Query::parse(request.query);
  if (!name || !query) co_return refuse(Reason::malformed_request);
  context.name = std::move(*name);
  context.query = std::move(*query);
  auto caller = identify(context);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  context.caller = std::move(*caller);
  for (const auto check : {check_role, check_origin}) {
    if (auto ok = check(context, route); !ok) co_return std::unexpected(std::move(ok.error()));
  }
  if (context.caller.role) services_.calls.open_up();
  if (route.takes_body()) {
    if (!is_json(request.header(http::FieldName::content_type))) {
      co_return refuse(Reason::unsupported_media_type);
    }
    auto receiving = receive(*context.exchange.client);
    auto body = co_await std::move(receiving);
    if (!body) co_return std::unexpected(std::move(body.error()));
    context.body = std::move(*body);
  }
  auto serving = route.serve(context);
  co_return co_await std::move(serving);
}

Answered<Caller> AdminHandler::identify(const Context& context) {
  const auto authorization = context.request().header(http::FieldName::authorization);
  if (!authorization.empty()) {
    const bool is_bearer = authorization.starts_with(kBearer);
    return identify_bearer(context, is_bearer ? authorization.substr(kBearer.size()) : "");
  }
  return identify_cookie(context);
}

// A key that is right is always taken: a script with a wrong one must not lock out the others of
// its host, and no key can be guessed.
Answered<Caller> AdminHandler::identify_bearer(const Context& context, std::string_view key) {
  if (const auto role = role_of(state_, key)) {
    return Caller{.role = role, .by = Credential::bearer};
  }
  auto& failures = state_.bearer_failures;
  if (auto ok = may_try(context, failures); !ok) return std::unexpected(std::move(ok.error()));
  return std::unexpected(failed_login(context, failures));
}

// A cookie that is not known is one of before a restart: its owner is asked to log in.
Answered<Caller> AdminHandler::identify_cookie(const Context& context) const {
  const bool has_tls = services_.facts.has_tls;
  const auto token = find_cookie(context.field("Cookie"), cookie_name(has_tls));
  if (token.empty()) return Caller{};
  const auto* session = state_.sessions.find(token, context.exchange.whole_at);
  if (session == nullptr) return Caller{};
  if (!has_tls && !is_loopback(context.exchange.peer)) {
    return management::refuse(Reason::tls_required);
  }
  return Caller{.role = session->role, .by = Credential::cookie, .expires_at = session->ends};
}

}  // namespace weir::management
