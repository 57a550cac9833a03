// The part of Frontend that opens sessions over WebSockets.
#include "api/frontend.hpp"
#include "api/websocket.hpp"
#include "gateway/choice.hpp"
#include "http/client_stream.hpp"
#include "http/websocket_handshake.hpp"

namespace weir::api {

bool Frontend::opens_session(const http::Request& request, const RouteMatch& found) {
  return found.route->is_session() ||
         (found.route->has_sessions() && request.method == http::Method::get);
}

// A server without such an upstream says so at once, whoever asks.
bool Frontend::may_open_session(const http::Request& request, const RouteMatch& found) {
  return opens_session(request, found) && http::asks_for_websocket(request) &&
         published_.get().directory->opens_sessions(*found.route->endpoint);
}

std::optional<http::Reply> Frontend::read_session(http::Exchange& exchange, const RouteMatch& found,
                                                  gateway::CallInput& input) {
  const auto& request = *exchange.request;
  if (!http::asks_for_websocket(request)) {
    return as_websocket_required(fail_with(exchange, {Errc::method_not_allowed, kOnlyWebSocket}));
  }
  // The model is known after the handshake only, when a client has no way back to HTTP.
  const bool has_upstreams =
      found.route->is_session() ||
      gateway::opens_sessions(*input.catalogue, *input.directory, *input.scope, input.endpoint);
  if (!has_upstreams) return refuse_websocket(exchange);
  auto session = gateway::read_session_request(request, input.endpoint);
  if (session && exchange.client->has_surplus()) {
    session = fail(Errc::invalid_parameter, "Wait for the handshake's answer before sending.");
  }
  if (!session) {
    return fail_with(exchange,
                     {.code = Errc::invalid_parameter, .message = session.error().detail});
  }
  input.session = std::make_unique<gateway::SessionRequest>(std::move(*session));
  return std::nullopt;
}

}  // namespace weir::api
