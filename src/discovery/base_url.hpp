/// The address of an upstream as the operator writes it, and the request target of each ask.
///
/// Operators write `http://host:8000`, `http://host:8000/`, `…/v1`, `…/api/v1` or even
/// `…/v1/models`; all of them reach the same list and none becomes `/v1/v1/models`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalogue/api_root.hpp"
#include "discovery/ask.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {

using catalogue::ApiRoot;

struct BaseUrl {
  bool tls = false;
  std::string host;  ///< lower-case; an IPv6 address has no brackets here
  std::uint16_t port = 0;
  std::string path;  ///< empty, or `/…` without a final slash

  /// The value of the Host field: with brackets, without the scheme's default port.
  [[nodiscard]] std::string authority() const;
  bool operator==(const BaseUrl&) const = default;
};

/// True for v1, v1.1, v1beta, v1-openai: a segment of a path that is the version of an API.
[[nodiscard]] bool is_version(std::string_view segment);

/// Errors: config_invalid, with the problem and an example; never the URL itself, which may contain
/// a password.
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view text);

/// The origin-form target of `ask`.
///
/// A path segment like `v1`, `v1beta` or `v1-openai` ends the server's part of the base path and
/// makes it a complete API root, whatever follows (`/v1/openai`, `/v1beta/openai`). Without one the
/// kind's api_prefix is added if `root` is versioned. Segments shared by the end of the base and
/// the start of the added path are written once: `/api` and `/api/tags` give `/api/tags`.
[[nodiscard]] std::string request_target(const BaseUrl& base, const Kind& kind, ApiRoot root,
                                         const Ask& ask);

/// The candidate API roots, likeliest first: versioned alone if the URL names a version, else also
/// as_given, and catalog after a path that ends in `/inference`.
/// Source: docs.github.com/rest/models: GET /catalog/models, POST /inference/chat/completions, POST
/// /orgs/{org}/inference/chat/completions.
[[nodiscard]] std::vector<ApiRoot> api_roots(const BaseUrl& base, const Kind& kind);

}  // namespace weir::discovery
