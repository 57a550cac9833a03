/// What a newcomer reads at the first start.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace weir::app {

/// The first key, shown this once, and three calls to try. `endpoint` is host:port.
[[nodiscard]] std::string welcome_text(const std::string& endpoint, const Secret& key);

}  // namespace weir::app
