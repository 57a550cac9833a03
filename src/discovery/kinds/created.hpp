/// When a model was made, where that can be believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace weir::discovery::kinds {

/// Many engines send the current time as `created`, anew on every call, which would change the list
/// each time it is asked. A value is taken only when it lies after the year 2000 and more than a
/// day before the moment of asking. (A model really made today shows its date tomorrow.) Engines
/// known to send the current time are not asked at all.
[[nodiscard]] std::optional<std::int64_t> plausible_created(std::int64_t seconds,
                                                            WallTime asked_at);

/// Seconds since the epoch of `2024-06-20T00:00:00.123+02:00`; nothing if it is not RFC 3339.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace weir::discovery::kinds
