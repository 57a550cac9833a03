/// Log lines for people: the form of the log on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "telemetry/log.hpp"

namespace weir::telemetry {

/// "09:30:01 warn   message  name=value", without a line break; UTC. External text cannot control
/// the terminal. `coloured`: with ECMA-48 colours for the level and the names.
[[nodiscard]] std::string text_line(WallTime time, Level level, std::string_view message,
                                    Fields fields, bool coloured);

/// From now on lines are text instead of JSON.
/// Threads: once, before others log.
void use_text_lines(bool coloured);

}  // namespace weir::telemetry
