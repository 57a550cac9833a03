/// Parses bytes into a JSON document, or returns an error that an operator can act on.
#pragma once

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "discovery/ask.hpp"

namespace weir::discovery::kinds {

inline constexpr std::size_t kMaxJsonDepth = 32;

/// Errors: upstream_rejected_key for 401 and 403, upstream_refused for other statuses outside 2xx,
/// upstream_answer_invalid for HTML, for bytes that are not JSON or nested too deeply, and for an
/// error object with a 2xx status. Details name the requested path, without its query, and quote
/// nothing of the body.
[[nodiscard]] Result<boost::json::value> digest(const Ask& ask, const Answer& answer);

/// Combines the errors of two roots tried in turn: the code of the second, the details of both, and
/// the advice once.
[[nodiscard]] Error joined(const Error& first, Error second);

}  // namespace weir::discovery::kinds
