/// The version of Weir, from the build.
#pragma once

#include <string_view>

namespace weir::app {

/// "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace weir::app
