/// Weir's description of what it serves, GET /openapi.yaml.
#pragma once

#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// The text of api/openapi.yaml, which is part of the binary.
[[nodiscard]] http::Reply openapi_reply(const http::Request& request);

}  // namespace weir::api
