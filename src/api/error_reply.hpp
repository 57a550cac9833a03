/// Answers that are errors, from the table of errors.
#pragma once

#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "http/reply.hpp"

namespace weir::api {

/// The body of `code`, in SiliconFlow's format. `message`, if not empty, replaces the row's own.
[[nodiscard]] std::string error_body(Errc code, std::string_view message = {});

/// The complete answer, with Content-Type and the fields that the status requires
/// (WWW-Authenticate).
[[nodiscard]] http::Reply error_reply(Errc code, std::string_view message = {});

/// Markdown: one row per error.
[[nodiscard]] std::string errors_reference();

}  // namespace weir::api
