// The part of Frontend that answers requests which no route takes.
#include "api/cors.hpp"
#include "api/error_reply.hpp"
#include "api/frontend.hpp"
#include "api/keyless.hpp"
#include "api/ollama.hpp"
#include "api/websocket.hpp"
#include "gateway/call.hpp"

namespace weir::api {

// An encoded slash is allowed in an id only: elsewhere it hides where a segment ends.
http::Reply Frontend::no_route(http::Exchange& exchange) {
  const auto path = exchange.request->path;
  const bool hides_slash = path.contains("%2F") || path.contains("%2f");
  if (hides_slash) return fail_with(exchange, {Errc::malformed_request});
  const auto text = management_text(path).value_or(unknown_path_text(path));
  return fail_with(exchange, {.code = Errc::route_not_found, .plain = text});
}

http::Reply Frontend::unknown_model(http::Exchange& exchange, std::string_view name) {
  const auto text = gateway::unknown_model_text(name);
  return fail_with(exchange, {.code = Errc::model_not_found, .plain = text});
}

http::Reply Frontend::options_reply(const http::Request& request,
                                    std::string_view allow_field) const {
  http::Reply reply;
  reply.status = 204;
  reply.fields = allow_field;
  const auto origin = request.header(http::FieldName::origin);
  if (is_preflight(request) && !cors_fields(origin, services_.cors_allow_origins).empty()) {
    const auto asked_for = request.header(http::FieldName::access_control_request_headers);
    reply.fields += preflight_fields(asked_for);
  }
  return reply;
}

http::Reply Frontend::method_not_allowed(http::Exchange& exchange, std::string_view allow_field,
                                         std::string_view plain) {
  const Route* route = match_route(exchange.request->path).route;
  const bool is_page = route != nullptr && route->is_page();
  const auto text = is_page ? page_method_text(exchange.request->path) : std::string(plain);
  auto reply = fail_with(exchange, {.code = Errc::method_not_allowed, .plain = text});
  reply.fields += allow_field;
  return reply;
}

http::Reply Frontend::refuse_websocket(http::Exchange& exchange) {
  return as_upgrade_required(fail_with(exchange, {Errc::method_not_allowed, kNoWebSocket}));
}

}  // namespace weir::api
