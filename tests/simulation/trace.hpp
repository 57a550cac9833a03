// Messages as text, for the trace of one seed.
#pragma once

#include <string>

#include "shares/message.hpp"

namespace weir::simulation {

[[nodiscard]] std::string describe(const shares::Command& command);
[[nodiscard]] std::string describe(const shares::Reply& reply);

}  // namespace weir::simulation
