/// Errors in the API's dialect: the contract's bodies, from the one table.
#pragma once

#include <string>
#include <string_view>

#include "base/errc.hpp"
#include "http/reply.hpp"

namespace weir::api {

/// The body of `code`: {"code","message","data"}, {"message","data"} or a JSON string, as its row
/// says. `message` stands in for the row's own where it is not empty.
///
/// Source: the contract's error responses; the order code, message, data without a newline is that
/// of SiliconFlow's recorded answers.
[[nodiscard]] std::string error_body(Errc code, std::string_view message = {});

/// The complete answer, Content-Type and what the status asks for included (WWW-Authenticate).
[[nodiscard]] http::Reply error_reply(Errc code, std::string_view message = {});

/// Markdown: one row per error.
[[nodiscard]] std::string errors_reference();

}  // namespace weir::api
