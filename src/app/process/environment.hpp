/// The process's environment variables.
#pragma once

#include <optional>
#include <string>

namespace weir::app {

/// Takes a variable that a parent process set for this process only: it is unset afterwards.
/// Threads: before there are others.
[[nodiscard]] std::optional<std::string> take_variable(const char* name);

/// Reads a variable, also a hidden one.
/// Threads: any.
[[nodiscard]] std::optional<std::string> read_variable(const std::string& name);

/// Empties a variable that holds a secret, so that /proc/PID/environ no longer shows it;
/// read_variable still returns it.
/// Threads: any, if none reads this variable in another way.
void hide_variable(const std::string& name);

}  // namespace weir::app
