/// The open route of `server.echo`, for test suites: it returns the request it received, and so
/// shows how the server parsed it.
#pragma once

#include <string>

#include "http/reply.hpp"

namespace weir::api {

/// The answer to a request without a body, which suites take for a page.
[[nodiscard]] http::Reply echo_page();

[[nodiscard]] http::Reply echo_reply(std::string body);

}  // namespace weir::api
