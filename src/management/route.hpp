/// The resources of the admin API, a row for each method: path, access, handler, purpose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "management/context.hpp"

namespace weir::management {

/// Required access. There is no default: each row states it.
enum class Access : std::uint8_t {
  anyone,
  login,  ///< as anyone, but from this server's own pages only: it sets a cookie
  viewer,
  admin,
};
inline constexpr EnumNames<Access> kAccessNames({{Access::anyone, "anyone"},
                                                 {Access::login, "login"},
                                                 {Access::viewer, "viewer"},
                                                 {Access::admin, "admin"}});

inline constexpr std::string_view kBase = "/admin/v1/";

struct Route {
  http::Method method;
  std::string_view path;  ///< below kBase; a part in braces takes any text up to what follows it
  Access access;
  Serving (*serve)(Context& context);
  std::string_view text;

  [[nodiscard]] bool takes_body() const {
    return method == http::Method::post || method == http::Method::patch;
  }
  [[nodiscard]] bool is_change() const { return method != http::Method::get; }
};

struct RouteMatch {
  const Route* route = nullptr;  ///< null: not this method
  std::string_view parameter;    ///< still percent-encoded
  std::string allowed;           ///< "GET, HEAD, PATCH"; empty: no such path
};

/// `path` below kBase, without it. HEAD is as GET.
[[nodiscard]] RouteMatch match_route(http::Method method, std::string_view path);

[[nodiscard]] std::span<const Route> all_routes();

/// Markdown: one row per route.
[[nodiscard]] std::string routes_reference();

}  // namespace weir::management
