#include "api/echo.hpp"

#include "http/client_stream.hpp"

namespace weir::api {
namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD, POST, OPTIONS\r\n";
// The echoed bytes must not be rendered as a page of this origin.
constexpr std::string_view kFields =
    "Content-Type: application/octet-stream\r\nX-Content-Type-Options: nosniff\r\n"
    "Cache-Control: no-store\r\n";

bool is_echo(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path == "/" || path == "/echo";
}

http::Reply echo_reply(std::string body) {
  auto reply = http::Reply::with_body(200, std::move(body));
  reply.fixed_fields = kFields;
  return reply;
}

}  // namespace

bool EchoFrontend::takes_body(const http::Request& request) {
  if (!is_echo(request.path)) return Frontend::takes_body(request);
  return request.method == http::Method::post;
}

http::Answer EchoFrontend::handle(http::Exchange& exchange) {
  if (!is_echo(exchange.request->path)) return Frontend::handle(exchange);
  exchange.route = "echo";
  if (exchange.request->method == http::Method::post) return return_body(exchange);
  auto reply = answer_without_body(exchange);
  add_common_fields(exchange, reply.fields);
  return reply;
}

http::Reply EchoFrontend::answer_without_body(http::Exchange& exchange) {
  switch (exchange.request->method) {
    using enum http::Method;
    case get:
    case head:
      return echo_reply("OK");  // suites take it for a page
    case options:
      return options_reply(*exchange.request, kAllow);
    default:
      return method_not_allowed(exchange, kAllow);
  }
}

net::Task<http::Outcome> EchoFrontend::return_body(http::Exchange& exchange) {
  auto reading = exchange.client->whole_body();
  auto body = co_await std::move(reading);
  if (!body && body.error().code == Errc::connection_lost) {
    exchange.reason = body.error().code;
    co_return nullptr;
  }
  auto reply = body ? echo_reply(std::move(*body)) : fail_with(exchange, {body.error().code});
  add_common_fields(exchange, reply.fields);
  co_return std::make_unique<http::Reply>(std::move(reply));
}

}  // namespace weir::api
