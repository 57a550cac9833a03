/// Weir's description of what it serves, GET /openapi.yaml.
#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// The text of api/openapi.yaml, part of the binary.
[[nodiscard]] std::string_view openapi_text();

[[nodiscard]] http::Reply openapi_reply(const http::Request& request);

}  // namespace weir::api
