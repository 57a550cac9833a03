#include "api/error_family.hpp"

#include <algorithm>
#include <optional>

#include "api/route.hpp"
#include "base/ascii.hpp"
#include "dialect/endpoint.hpp"

namespace weir::api {
namespace {

using dialect::Family;

// OpenAI's own libraries send these.
bool shows_openai(const http::Request& request) {
  constexpr std::string_view kPrefix = "x-stainless-";
  return std::ranges::any_of(request.fields, [&](const http::Field& field) {
    return equals_ignoring_case(field.name.substr(0, kPrefix.size()), kPrefix);
  });
}

// A call to a path that does not exist is a call as well.
bool is_call(const http::Request& request, const Route* route) {
  if (route != nullptr && !route->is_page()) return route->id == RouteId::call;
  return request.method == http::Method::post;
}

// The family whose shape a route's errors have, if it is not that of OpenAI's paths.
std::optional<Family> own_family(const Route* route) {
  if (route == nullptr || !route->endpoint) return std::nullopt;
  const auto family = dialect::of(*route->endpoint).family;
  switch (family) {
    case Family::openai:
    case Family::responses:
    case Family::siliconflow:
      return std::nullopt;
    case Family::anthropic:
    case Family::gemini:
    case Family::ollama:
      return family;
  }
  __builtin_unreachable();
}

// Google's paths, those that Weir does not have included, and what its clients ask of others than
// calls.
bool is_googles(const http::Request& request, const Route* route) {
  if (route != nullptr && route->is_googles()) return true;
  if (request.path.starts_with("/v1beta/") || request.path.starts_with("/v1alpha/")) return true;
  return !is_call(request, route) && request.count(http::FieldName::x_goog_api_key) > 0;
}

}  // namespace

Family error_family(const http::Request* request) {
  if (request == nullptr) return Family::siliconflow;
  const Route* route = match_route(request->path).route;
  if (const auto family = own_family(route)) return *family;
  if (request->path.starts_with("/api/")) return Family::ollama;
  if (request->count(http::FieldName::anthropic_version) > 0) return Family::anthropic;
  if (is_googles(*request, route)) return Family::gemini;
  return is_call(*request, route) || shows_openai(*request) ? Family::openai : Family::siliconflow;
}

}  // namespace weir::api
