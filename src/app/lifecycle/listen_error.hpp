/// Errors of listeners, with the option or setting that chooses another address.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace weir::app {

enum class ListenerOf : std::uint8_t { api, admin, ollama };

/// `error`, and what to change. For an address that was chosen by a setting or an option.
[[nodiscard]] Error with_advice(Error error, ListenerOf listener);

}  // namespace weir::app
