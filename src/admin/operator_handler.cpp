#include "admin/operator_handler.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "admin/explanation.hpp"
#include "admin/own_names.hpp"
#include "admin/pages.hpp"
#include "codec/query.hpp"

namespace weir::admin {
namespace {

constexpr std::string_view kJson = "Content-Type: application/json\r\nCache-Control: no-store\r\n";
constexpr std::string_view kText =
    "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n";
constexpr std::string_view kMetrics =
    "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nCache-Control: no-store\r\n";

http::Reply reply_with(int status, std::string_view fields, std::string body) {
  auto reply = http::Reply::with_body(status, std::move(body));
  reply.fixed_fields = fields;
  return reply;
}

bool is_loopback(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

}  // namespace

OperatorHandler::OperatorHandler(Sources sources, const Secret& admin_key,
                                 std::span<const std::string> admin_hosts)
    : sources_(std::move(sources)), admin_key_(admin_key), admin_hosts_(admin_hosts) {}

http::Answer OperatorHandler::handle(http::Exchange& exchange) { return answer(exchange); }

http::Reply OperatorHandler::refuse(http::Exchange& exchange, Errc code) {
  exchange.reason = code;
  auto reply = reply_with(describe(code).status, kJson, render_error(code));
  if (code == Errc::method_not_allowed) reply.fields += "Allow: GET, HEAD\r\n";
  return reply;
}

bool OperatorHandler::may_read_admin(const http::Exchange& exchange) const {
  constexpr std::string_view kBearer = "Bearer ";
  const auto authorization = exchange.request->header(http::FieldName::authorization);
  if (!admin_key_.empty() && authorization.starts_with(kBearer)) {
    return same_secret(authorization.substr(kBearer.size()), admin_key_);
  }
  return is_loopback(exchange.peer) && names_no_domain(exchange.request->authority);
}

http::Reply OperatorHandler::readiness(bool with_names) const {
  if (!sources_.ready()) return reply_with(503, kText, "not ready\n");
  const auto pending = sources_.first_lists_pending();
  if (pending.empty()) return reply_with(200, kText, "ready\n");
  if (!with_names) return reply_with(503, kText, "first lists pending\n");
  return reply_with(503, kText, fmt::format("first lists pending: {}\n", fmt::join(pending, ", ")));
}

http::Reply OperatorHandler::explain(http::Exchange& exchange) {
  const auto query = codec::Query::parse(exchange.request->query);
  if (!query || query->find("model").count != 1) return refuse(exchange, Errc::invalid_parameter);
  const auto id = query->find("model").value;
  return reply_with(200, kJson, render_explanation(id, sources_.explain(id)));
}

http::Reply OperatorHandler::answer(http::Exchange& exchange) {
  const http::Request& request = *exchange.request;
  const auto path = request.path;
  const bool own_name = is_own_name(request.authority, admin_hosts_);
  const bool is_health = path == "/healthz" || path == "/readyz";
  if (!own_name && !is_health) return refuse(exchange, Errc::misdirected_request);
  const bool is_page = is_health || path == "/metrics" || path == "/admin/models" ||
                       path == "/admin/explain" || path == "/admin/upstreams";
  if (!is_page) return refuse(exchange, Errc::route_not_found);
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return refuse(exchange, Errc::method_not_allowed);
  }
  if (path == "/healthz") return reply_with(200, kText, "ok\n");
  if (path == "/readyz") return readiness(own_name);
  return page(exchange);
}

http::Reply OperatorHandler::page(http::Exchange& exchange) {
  const auto path = exchange.request->path;
  if (path == "/metrics") {
    return reply_with(200, kMetrics, telemetry::format_metrics(sources_.registry));
  }
  if (!may_read_admin(exchange)) return refuse(exchange, Errc::forbidden);
  if (path == "/admin/models") {
    const auto part = parse_models_page(exchange.request->query);
    if (!part) return refuse(exchange, Errc::invalid_parameter);
    return reply_with(200, kJson, render_models(*sources_.catalogue(), *part));
  }
  if (path == "/admin/explain") return explain(exchange);
  return reply_with(200, kJson, render_upstreams(sources_.upstreams()));
}

}  // namespace weir::admin
