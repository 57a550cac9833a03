/// Cross-origin requests: which browsers' pages may read answers (Fetch standard, CORS protocol).
///
/// The default is any origin. That is safe here: a call is authorised by a key that the page itself
/// must hold, never by something the browser adds on its own.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace weir::api {

/// Field lines for an answer to a request with this `Origin`; empty when there is none, or when it
/// is not allowed. `null`, the origin of sandboxed pages and of files, is allowed by `*` alone.
///
/// Every answer that caches may keep says `Vary: Origin`, also to requests without an Origin.
[[nodiscard]] std::string cors_fields(std::string_view origin,
                                      std::span<const std::string> allowed);

/// Whether it is a preflight: OPTIONS with Origin and Access-Control-Request-Method.
[[nodiscard]] bool is_preflight(const http::Request& request);

/// The fields of a preflight's answer in addition to cors_fields, if those are not empty. Requested
/// field names are echoed if they are valid; for Authorization a browser accepts no wildcard.
[[nodiscard]] std::string preflight_fields(std::string_view requested_headers);

}  // namespace weir::api
