/// The check that a request's body is one JSON object. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "codec/json_scanner.hpp"

namespace weir::gateway {

/// Whether `body`, which was fed to `scanner` as a whole, is one JSON object.
/// Errors: invalid_parameter; the detail is for the client.
[[nodiscard]] Result<> check_json_object(const codec::JsonScanner& scanner, std::string_view body,
                                         std::size_t max_depth);

}  // namespace weir::gateway
