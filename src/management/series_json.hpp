/// A point of a series as JSON, for `series` and `events`.
#pragma once

#include "codec/json_text.hpp"
#include "telemetry/call_series.hpp"

namespace weir::management {

void write_point(codec::JsonWriter& json, const telemetry::SeriesPoint& point);

}  // namespace weir::management
