#include "api/route.hpp"

#include <array>

#include <fmt/format.h>

namespace weir::api {
namespace {

constexpr std::string_view kVersion = "/v1";
constexpr std::string_view kParameter = "{id}";

constexpr std::array<Route, kRouteCount> kRoutes = {{
    {RouteId::list_models, "list_models", "/models", true, Access::key,
     "The models the key may call; filters `type`, `sub_type`, `view`, `include_unavailable`."},
    {RouteId::retrieve_model, "retrieve_model", "/models/{id}", true, Access::key,
     "One model; slashes in the id may be raw or `%2F`."},
    {RouteId::openapi, "openapi", "/openapi.yaml", false, Access::anyone,
     "The description of all this, OpenAPI 3."},
}};

bool matches(const Route& route, std::string_view path, std::string_view& parameter) {
  if (!route.path.ends_with(kParameter)) return path == route.path;
  const auto prefix = route.path.substr(0, route.path.size() - kParameter.size());
  if (!path.starts_with(prefix) || path.size() == prefix.size()) return false;
  parameter = path.substr(prefix.size());
  return true;
}

}  // namespace

RouteMatch match_route(std::string_view path) {
  const bool has_version =
      path.starts_with(kVersion) && path.substr(kVersion.size()).starts_with('/');
  const auto rest = has_version ? path.substr(kVersion.size()) : path;
  for (const Route& route : kRoutes) {
    if (has_version && !route.versioned) continue;
    RouteMatch match{&route, {}};
    if (matches(route, rest, match.parameter)) return match;
  }
  return {};
}

std::span<const Route> all_routes() { return kRoutes; }

std::string routes_reference() {
  std::string text = "| Path | Methods | Access | Meaning |\n| --- | --- | --- | --- |\n";
  for (const Route& route : kRoutes) {
    text +=
        fmt::format("| `{}{}` | GET, HEAD, OPTIONS | {} | {} |\n", route.versioned ? kVersion : "",
                    route.path, route.access == Access::key ? "key" : "anyone", route.text);
  }
  text += "\nVersioned paths are served without `/v1` too.\n";
  return text;
}

}  // namespace weir::api
