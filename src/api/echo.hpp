/// The open route of `server.echo`, for suites that try the server from outside: it gives back what
/// it was sent, and so shows how the server read it.
#pragma once

#include <string>

#include "http/reply.hpp"

namespace weir::api {

/// Without a body; what suites take for a page.
[[nodiscard]] http::Reply echo_page();

[[nodiscard]] http::Reply echo_reply(std::string body);

}  // namespace weir::api
