#include "api/error_family.hpp"

#include <algorithm>

#include "api/route.hpp"
#include "api/websocket.hpp"
#include "base/ascii.hpp"
#include "dialect/endpoint.hpp"

namespace weir::api {
namespace {

using dialect::Family;

// OpenAI's own libraries send these; Google's read the same members of an error.
bool shows_openai(const http::Request& request) {
  constexpr std::string_view kPrefix = "x-stainless-";
  if (request.count(http::FieldName::x_goog_api_key) > 0) return true;
  return std::ranges::any_of(request.fields, [&](const http::Field& field) {
    return equals_ignoring_case(field.name.substr(0, kPrefix.size()), kPrefix);
  });
}

// A call to a path that does not exist is a call as well, and so is a handshake that begins one.
bool is_call(const http::Request& request, const Route* route) {
  if (route != nullptr) return route->id == RouteId::call;
  return request.method == http::Method::post || is_websocket_path(request.path);
}

bool is_of_anthropic(const Route* route) {
  return route != nullptr && route->endpoint &&
         dialect::of(*route->endpoint).family == Family::anthropic;
}

}  // namespace

Family error_family(const http::Request* request) {
  if (request == nullptr) return Family::siliconflow;
  const Route* route = match_route(request->path).route;
  if (is_of_anthropic(route) || request->count(http::FieldName::anthropic_version) > 0) {
    return Family::anthropic;
  }
  return is_call(*request, route) || shows_openai(*request) ? Family::openai : Family::siliconflow;
}

}  // namespace weir::api
