/// In whose shape an error is answered.
#pragma once

#include "dialect/family.hpp"
#include "http/request.hpp"

namespace weir::api {

/// The family that a client shows by its path and its fields: a client reads the message only in
/// the shape that it knows. A client that calls nothing and shows no family is answered as the
/// contract says, and so is what is not HTTP (null). Pure.
[[nodiscard]] dialect::Family error_family(const http::Request* request);

}  // namespace weir::api
