/// Parses the Retry-After field.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace weir::upstream {

/// Seconds, or the time from `now` to an HTTP date, negative if that has passed. Nothing for any
/// other text, including obsolete date formats.
/// Source: RFC 9110 §10.2.3, §5.6.7.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                                    WallTime now);

}  // namespace weir::upstream
