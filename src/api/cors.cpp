#include "api/cors.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace weir::api {
namespace {

constexpr std::size_t kMaxRequestedHeaders = 512;

bool is_name_list(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestedHeaders &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == ',' || c == ' ';
         });
}

}  // namespace

std::string cors_fields(std::string_view origin, std::span<const std::string> allowed) {
  if (origin.empty()) return {};
  const bool any = std::ranges::find(allowed, "*") != allowed.end();
  // Browsers write scheme and host in lower case; the config need not.
  const auto is_origin = [&](std::string_view one) { return same_ignoring_case(one, origin); };
  if (!any && std::ranges::none_of(allowed, is_origin)) return {};
  std::string fields = "Access-Control-Allow-Origin: ";
  fields.append(any ? "*" : origin);
  fields +=
      "\r\nAccess-Control-Expose-Headers: ETag, Retry-After, Server-Timing, "
      "x-siliconcloud-trace-id, x-request-id, request-id, "
      "x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
      "x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, "
      "x-ratelimit-reset-tokens, x-weir-missing-upstreams, x-weir-translated, "
      "x-weir-dropped, x-weir-estimated\r\n";
  return fields;
}

bool is_preflight(const http::Request& request) {
  return request.method == http::Method::options &&
         !request.header(http::FieldName::origin).empty() &&
         !request.header(http::FieldName::access_control_request_method).empty();
}

std::string preflight_fields(std::string_view requested_headers) {
  std::string fields =
      "Access-Control-Allow-Methods: GET, HEAD, POST, DELETE, OPTIONS\r\n"
      "Access-Control-Max-Age: 86400\r\n"
      "Access-Control-Allow-Headers: ";
  fields += is_name_list(requested_headers) ? requested_headers : "Authorization, Content-Type";
  fields += "\r\n";
  return fields;
}

}  // namespace weir::api
