/// The public paths, one row each: method, path, access, purpose.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalogue/endpoint.hpp"
#include "http/request.hpp"

namespace weir::api {

/// Required access to a route. There is no default: each row states it.
enum class Access : std::uint8_t {
  anyone,
  key,            ///< a valid key, within its limits
  key_uncounted,  ///< a valid key; the request is counted by no limit
};

enum class RouteId : std::uint8_t {
  list_models,
  retrieve_model,
  usage,
  user_info,
  list_voices,
  openapi,
  front_page,
  docs,
  ollama_version,
  ollama_tags,
  ollama_processes,
  ollama_show,
  call,
};

struct Route {
  RouteId id;
  std::string_view label;  ///< in logs and metrics
  /// Below an optional /v1. A part in braces takes any text up to what follows it, slashes
  /// included.
  std::string_view path;
  bool versioned;  ///< served at /v1 + path as well as at path
  Access access;
  std::string_view text;
  /// Set for a call: the method is then POST, unless the path has an id, and the handler reads the
  /// body.
  std::optional<catalogue::Endpoint> endpoint = {};

  /// True if its requests are POSTs, whose body the handler reads.
  [[nodiscard]] bool takes_body() const {
    return (endpoint && !catalogue::describe(*endpoint).is_session()) || id == RouteId::ollama_show;
  }
  /// A WebSocket: GET alone.
  [[nodiscard]] bool is_session() const {
    return endpoint && catalogue::describe(*endpoint).is_session();
  }
  /// A WebSocket at the path makes its calls as well.
  [[nodiscard]] bool has_sessions() const {
    return endpoint && catalogue::describe(*endpoint).has_sessions;
  }
  /// A page for people. The contract has none.
  [[nodiscard]] constexpr bool is_page() const {
    return id == RouteId::front_page || id == RouteId::docs;
  }
  /// One of Google's API.
  [[nodiscard]] constexpr bool is_googles() const { return path.starts_with("/v1beta/"); }
};

struct RouteMatch {
  const Route* route = nullptr;  ///< null: no such path
  std::string_view parameter;    ///< the text matched by {id} or {model}, still percent-encoded

  /// Whether the call is of something that its path names.
  [[nodiscard]] bool names_stored() const;
  /// `GET, HEAD`; OPTIONS is always allowed. REQUIRES: there is a route.
  [[nodiscard]] std::string methods() const;
  [[nodiscard]] bool allows(http::Method method) const;
};

/// `path` is raw, as in the request; one final slash is ignored, except in an id.
[[nodiscard]] RouteMatch match_route(std::string_view path);

[[nodiscard]] std::span<const Route> all_routes();

/// Markdown: one row per route, those of `server.echo` included.
[[nodiscard]] std::string routes_reference();

}  // namespace weir::api
