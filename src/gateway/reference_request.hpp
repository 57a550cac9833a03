/// Requests whose body names what an upstream keeps, in a member of their own, instead of a model:
/// a batch of a file, and the end of a voice. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "gateway/call_request.hpp"

namespace weir::gateway {

[[nodiscard]] bool is_reference(catalogue::Endpoint endpoint);

/// Reads a complete JSON body. It must read the same as the upstream will: a member given twice or
/// in capital letters is refused, and so is any member of a batch that is not known, since it may
/// name another model. REQUIRES: is_reference(endpoint).
/// Errors: invalid_parameter; the detail is for the client.
[[nodiscard]] Result<CallRequest> read_reference(std::string_view body,
                                                 catalogue::Endpoint endpoint,
                                                 std::size_t max_depth);

}  // namespace weir::gateway
