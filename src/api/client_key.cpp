#include "api/client_key.hpp"

#include <algorithm>
#include <optional>

#include "api/google_query.hpp"
#include "api/route.hpp"
#include "auth/bearer.hpp"
#include "gateway/session_request.hpp"
#include "http/websocket_handshake.hpp"

namespace weir::api {
namespace {

using enum http::FieldName;

std::optional<std::string_view> key_in(const http::Request& request, http::FieldName field) {
  const auto value = request.header(field);
  return field == authorization ? auth::parse_bearer(value) : value;
}

bool is_googles(const http::Request& request) {
  const auto* route = match_route(request.path).route;
  return route != nullptr && route->is_googles();
}

}  // namespace

std::expected<std::string_view, Errc> client_key(const http::Request& request) {
  std::string_view key;
  for (const auto field : {authorization, x_api_key, x_goog_api_key}) {
    if (request.header(field).empty() && request.count(field) <= 1) continue;
    const auto found = key_in(request, field);
    if (request.count(field) > 1 || !found) return std::unexpected(Errc::invalid_token);
    if (!key.empty() && key != *found) return std::unexpected(Errc::invalid_parameter);
    key = *found;
  }
  if (const auto found = key_in_query(request.query); !found.empty() && is_googles(request)) {
    if (!key.empty() && key != found) return std::unexpected(Errc::invalid_parameter);
    key = found;
  }
  if (request.path.ends_with("/realtime") && http::asks_for_websocket(request)) {
    auto found = http::find_subprotocol(request, gateway::kKeySubprotocol);
    found.remove_prefix(std::min(found.size(), gateway::kKeySubprotocol.size()));
    if (!key.empty() && !found.empty() && key != found) {
      return std::unexpected(Errc::invalid_parameter);
    }
    if (key.empty()) key = found;
  }
  if (key.empty()) return std::unexpected(Errc::invalid_token);
  return key;
}

}  // namespace weir::api
