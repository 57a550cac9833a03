/// Determines from its row if a listed model can be called at all.
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "discovery/kinds/row.hpp"

namespace weir::discovery::kinds {

/// False if the model is switched off, has failed, is retired or past its last day, or has no
/// provider. A model that is loading, or loads when it is called, can serve; so can one whose end
/// is only announced.
[[nodiscard]] bool can_serve(const Row& row, WallTime now);

/// True if `id` means "no model is loaded", such as KoboldCpp's `koboldcpp/inactive`.
[[nodiscard]] bool is_placeholder(std::string_view id);

}  // namespace weir::discovery::kinds
