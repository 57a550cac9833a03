/// The OpenAPI description of this server, GET /openapi.yaml.
#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// api/openapi.yaml.
[[nodiscard]] std::string_view openapi_text();

/// Answers with api/openapi.yaml, which is embedded in the binary.
[[nodiscard]] http::Reply openapi_reply(const http::Request& request);

}  // namespace weir::api
