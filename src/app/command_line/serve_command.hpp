/// `weir serve`, and `weir check` of its config file.
#pragma once

#include <string>

#include "app/lifecycle/node.hpp"

namespace weir::app {

/// Serves until a signal ends it. `file` may be empty: then the engines on this machine are found.
/// Returns the exit code.
int serve(const std::string& file, const Overrides& overrides, bool take_over);

/// Prints the problems of `file`; with `show`, its settings too. Returns the exit code.
int check(const std::string& file, bool show);

}  // namespace weir::app
