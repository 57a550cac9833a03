/// Times as text: RFC 3339 for logs, IMF-fixdate for the Date field.
#pragma once

#include <cstddef>
#include <string>

#include "base/clock.hpp"

namespace weir::telemetry {

/// "2026-11-23T01:02:03.456Z". Cheap: the part up to the second is cached per thread.
void append_timestamp(std::string& out, WallTime time);

inline constexpr std::size_t kTimestampChars = 24;
/// As append_timestamp, into `at`, which has room for kTimestampChars; returns the end.
[[nodiscard]] char* put_timestamp(char* at, WallTime time);

/// "Mon, 23 Nov 2026 01:02:03 GMT" (RFC 9110 §5.6.7).
[[nodiscard]] std::string format_http_date(WallTime time);

}  // namespace weir::telemetry
