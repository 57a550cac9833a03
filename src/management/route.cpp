#include "management/route.hpp"

#include <fmt/format.h>

#include "management/resources.hpp"

namespace weir::management {
namespace {

using enum http::Method;

// Paths with an ending of their own come before those that take any text.
constexpr Route kRoutes[] = {
    {get, "session", Access::anyone, show_session, "Who is logged in, and facts of the server."},
    {post, "session", Access::login, log_in, "Logs in with a key or a one-time link."},
    {delete_, "session", Access::anyone, log_out, "Logs out."},
    {get, "models", Access::viewer, list_models, "Models with their class and its reason."},
    {get, "models/{id}", Access::viewer, explain_model, "Why one model has its class."},
    {get, "upstreams", Access::viewer, list_upstreams, "Upstreams, their lists and load."},
    {post, "upstreams/{name}/refresh", Access::admin, refresh_upstream,
     "Asks an upstream for its list now."},
    {get, "upstreams/{name}", Access::viewer, show_upstream, "One upstream with its routes."},
    {get, "keys", Access::viewer, list_keys, "Keys, and the present use of their limits."},
    {post, "keys", Access::admin, create_key, "Creates a key; its text is shown once."},
    {get, "keys/{id}/use", Access::viewer, show_key_use, "The present use of a key's limits."},
    {post, "keys/{id}/secrets", Access::admin, rotate_key, "A new text for the same key."},
    {get, "keys/{id}", Access::viewer, show_key, "One key."},
    {patch, "keys/{id}", Access::admin, change_key, "Disables or enables it, changes its limits."},
    {delete_, "keys/{id}", Access::admin, revoke_key, "Revokes it, for good."},
    {get, "usage", Access::viewer, show_usage, "Usage by day, key and model."},
    {get, "series", Access::viewer, show_series, "Calls over time, since the start."},
    {get, "calls", Access::viewer, list_calls, "The last calls, without their contents."},
    {get, "calls/{id}", Access::viewer, show_call, "One of the last calls."},
    {get, "config", Access::viewer, show_config, "The effective config, secrets hidden."},
    {post, "config/check", Access::admin, check_config, "Checks a config; changes nothing."},
    {post, "config/reload", Access::admin, reload_config, "Reads the config file again."},
    {get, "events", Access::viewer, stream_events,
     "The state once a second, as server-sent events."},
    {get, "openapi.yaml", Access::anyone, show_description, "OpenAPI 3.1 description of these."},
};

bool matches(std::string_view pattern, std::string_view path, std::string_view& parameter) {
  const auto opened = pattern.find('{');
  if (opened == pattern.npos) return path == pattern;
  const auto prefix = pattern.substr(0, opened);
  const auto suffix = pattern.substr(pattern.find('}') + 1);
  if (!path.starts_with(prefix) || !path.ends_with(suffix)) return false;
  if (path.size() <= prefix.size() + suffix.size()) return false;
  parameter = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  return true;
}

}  // namespace

std::span<const Route> all_routes() { return kRoutes; }

RouteMatch match_route(http::Method method, std::string_view path) {
  if (method == head) method = get;
  RouteMatch match;
  std::string_view pattern;  // the first path that matches: its methods are those of the resource
  for (const Route& route : kRoutes) {
    std::string_view parameter;
    if (!matches(route.path, path, parameter)) continue;
    if (pattern.empty()) pattern = route.path;
    if (route.path != pattern) continue;
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += route.method == get ? "GET, HEAD" : http::wire_name(route.method);
    match.parameter = parameter;
    if (route.method == method) match.route = &route;
  }
  return match;
}

std::string routes_reference() {
  std::string text = "| Method | Path | Role | |\n| --- | --- | --- | --- |\n";
  for (const Route& route : kRoutes) {
    text += fmt::format("| {} | `{}{}` | {} | {} |\n", http::wire_name(route.method), kBase,
                        route.path, kAccessNames[route.access], route.text);
  }
  return text;
}

}  // namespace weir::management
