/// `weir reference NAME`: the pages of docs/reference, from the rows they describe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::app {

/// config, errors, metrics or routes. Errors: not_found.
[[nodiscard]] Result<std::string> reference(std::string_view name);

}  // namespace weir::app
