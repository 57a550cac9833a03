/// Quantities as written by people: 30s, 16MiB, 2026-12-31. Pure; both directions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace weir::config {

/// Decimal digits with an optional minus, all of `text`.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// An integer with its unit: ms, s, m or h. A number without a unit is invalid.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// In the largest unit that gives an integer.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

/// A number of bytes, or of KiB, MiB or GiB with that suffix.
[[nodiscard]] std::optional<std::int64_t> parse_bytes(std::string_view text);
[[nodiscard]] std::string format_bytes(std::int64_t bytes);

/// A date, meaning its first moment in UTC, or a date-time with `Z` or an offset; years 1970 to
/// 2199. Fractions of a second are dropped.
/// Source: RFC 3339 §5.6.
[[nodiscard]] std::optional<WallTime> parse_timestamp(std::string_view text);
/// Date-time in UTC, to the second: 2026-12-31T00:00:00Z.
[[nodiscard]] std::string format_timestamp(WallTime time);

}  // namespace weir::config
