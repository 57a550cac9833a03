#include "api/keyless.hpp"

#include <algorithm>

#include "api/host_name.hpp"
#include "base/ascii.hpp"

namespace weir::api {
namespace {

using enum http::FieldName;

// Apps with a browser inside have schemes of their own, such as vscode-file://.
bool is_own_origin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (same_ignoring_case(origin.substr(0, scheme.size()), scheme)) {
      return is_loopback_host(without_port(origin.substr(scheme.size())));
    }
  }
  return origin.contains("://");
}

// A credential without its key is sent by clients whose settings have an empty field for it, as
// n8n's.
bool has_key(const http::Request& request, http::FieldName field) {
  const auto value = request.header(field);
  return !value.empty() && !(field == authorization && same_ignoring_case(value, "bearer"));
}

// Pages of other sites cannot read an answer, but they would use up the key's limits.
bool is_from_other_site(const http::Request& request) {
  return std::ranges::any_of(request.fields, [](const http::Field& field) {
    return same_ignoring_case(field.name, "sec-fetch-site") &&
           (same_ignoring_case(field.value, "cross-site") ||
            same_ignoring_case(field.value, "same-site"));
  });
}

}  // namespace

bool may_assume_key(const http::Request& request) {
  for (const auto field : {authorization, x_api_key, x_goog_api_key}) {
    if (has_key(request, field) || request.count(field) > 1) return false;
  }
  const bool from_page = request.count(origin) > 0;
  if (from_page && (request.count(origin) > 1 || !is_own_origin(request.header(origin)))) {
    return false;
  }
  if (!from_page && is_from_other_site(request)) return false;
  return is_private_host(without_port(request.header(host)));
}

}  // namespace weir::api
