/// Which Weir this is; the number comes from the build.
#pragma once

#include <string_view>

namespace weir::app {

inline constexpr std::string_view kVersion = WEIR_VERSION;

}  // namespace weir::app
