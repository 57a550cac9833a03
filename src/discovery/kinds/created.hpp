/// A model's creation time, if it is credible.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace weir::discovery::kinds {

/// Many engines send the current time as `created`, which would change the list with each request.
/// A value is accepted only if it is after the year 2000 and more than a day before the request. (A
/// model really created today shows its date tomorrow.) For engines known to send the current time,
/// the field is ignored.
[[nodiscard]] std::optional<std::int64_t> plausible_created(std::int64_t seconds,
                                                            WallTime asked_at);

/// Seconds since the epoch of `2024-06-20T00:00:00.123+02:00`; nothing if it is not RFC 3339.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace weir::discovery::kinds
