/// Errors in the API's format: the imitated API's bodies, from the table of errors.
#pragma once

#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "http/reply.hpp"

namespace weir::api {

/// The body of `code`: {"code","message","data"}, {"message","data"} or a JSON string, according to
/// its row. `message`, if not empty, replaces the row's own.
///
/// Source: the contract's error responses; the order code, message, data without a newline is that
/// of SiliconFlow's recorded answers.
[[nodiscard]] std::string error_body(Errc code, std::string_view message = {});

/// The complete answer, with Content-Type and the fields that the status requires
/// (WWW-Authenticate).
[[nodiscard]] http::Reply error_reply(Errc code, std::string_view message = {});

/// Markdown: one row per error.
[[nodiscard]] std::string errors_reference();

}  // namespace weir::api
