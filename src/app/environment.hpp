/// The process's environment variables.
#pragma once

#include <optional>
#include <string>

namespace weir::app {

/// One that a parent process leaves for this one alone: it is no longer set afterwards.
/// Threads: before there are others.
[[nodiscard]] std::optional<std::string> take_variable(const char* name);

/// Also one that was hidden.
/// Threads: any.
[[nodiscard]] std::optional<std::string> read_variable(const std::string& name);

/// Empties one that holds a secret: /proc/PID/environ shows it no longer, and read_variable still
/// knows it.
/// Threads: any, but none that reads this variable in another way.
void hide_variable(const std::string& name);

}  // namespace weir::app
