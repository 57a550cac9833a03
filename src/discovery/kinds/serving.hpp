/// Whether a listed model can be called at all, as its row says.
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// False if the row says that the model is switched off, has failed, is retired or past its last
/// day, or has nobody to serve it. A model that is loading, or loads when it is called, can serve;
/// so can one that is only announced to end.
[[nodiscard]] bool can_serve(const Row& row, WallTime now);

/// Whether `id` stands for "no model is loaded": KoboldCpp's `koboldcpp/inactive`, say.
[[nodiscard]] bool is_placeholder(std::string_view id);

}  // namespace weir::discovery::kinds
