/// Cross-origin requests: the web pages that may read answers (Fetch standard, CORS protocol).
///
/// The default is any origin. That is safe here: a call is authorised by a key that the page itself
/// must hold, never by credentials that the browser adds.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace weir::api {

/// Field lines for an answer to a request with this `Origin`; empty if there is none, or it is not
/// allowed. `null`, the origin of sandboxed pages and of files, is allowed by `*` only.
///
/// Every cacheable answer has `Vary: Origin`, also for requests without an Origin.
[[nodiscard]] std::string cors_fields(std::string_view origin,
                                      std::span<const std::string> allowed);

/// True for a preflight: OPTIONS with Origin and Access-Control-Request-Method.
[[nodiscard]] bool is_preflight(const http::Request& request);

/// The fields of a preflight's answer in addition to cors_fields, if those are not empty. Requested
/// field names are echoed if they are valid; for Authorization a browser accepts no wildcard.
[[nodiscard]] std::string preflight_fields(std::string_view requested_headers);

}  // namespace weir::api
