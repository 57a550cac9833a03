#include "discovery/call_target.hpp"

#include <algorithm>

#include "dialect/endpoint.hpp"

namespace weir::discovery {

using catalogue::Endpoint;

std::optional<std::string> call_target(const BaseUrl& base, const Kind& kind, ApiRoot root,
                                       Endpoint endpoint) {
  if (!callable(kind).contains(endpoint)) return std::nullopt;
  const auto own = std::ranges::find(kind.call_paths, endpoint, &CallPath::endpoint);
  const bool is_usual = own == kind.call_paths.end();
  const auto& row = catalogue::describe(endpoint);
  const auto usual_root = row.base == catalogue::PathBase::version ? Root::api : Root::server;
  const Root relative_to = is_usual ? usual_root : own->root;
  const auto path = is_usual ? row.path : own->path;
  if (root == ApiRoot::catalog) root = ApiRoot::as_given;  // only the list is at the other root
  return request_target(base, kind, root,
                        Ask{.root = relative_to, .path = std::string(path), .body = {}});
}

const KeyHeader& call_key_header(const Kind& kind, Endpoint endpoint) {
  static constexpr KeyHeader kBearer;
  return dialect::of(endpoint).family == dialect::Family::anthropic ? kind.key_header : kBearer;
}

std::string_view beta_query(Endpoint endpoint) {
  return dialect::beta_query(dialect::of(endpoint).family);
}

bool is_openai_itself(const BaseUrl& base) {
  return base.host == "api.openai.com" || base.host.ends_with(".api.openai.com") ||
         base.host.ends_with(".openai.azure.com");
}

bool asks_for_usage(const Kind& kind, Endpoint endpoint) {
  return dialect::of(endpoint).has_stream_options && kind.usage_on_request;
}

}  // namespace weir::discovery
