/// A client of a running server's admin pages, for the command line.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace weir::app {

/// The body of GET `path` at `endpoint`: host:port, or a URL that begins with https. Blocks, a few
/// seconds at most. Errors: as http::Fetcher::fetch, upstream_unreachable when no server answers
/// there; forbidden; upstream_refused, with the body's first line as the detail, for a 503.
[[nodiscard]] Result<std::string> read_admin_page(const std::string& endpoint,
                                                  std::string_view path, const Secret& admin_key);

}  // namespace weir::app
