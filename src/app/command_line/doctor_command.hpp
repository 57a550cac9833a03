/// `weir doctor`: what is wrong with this set-up.
#pragma once

#include <string>

namespace weir::app {

/// Looks at the config file, the listeners' ports, the store, the upstreams, the clock and the
/// limits of the process; changes nothing. Prints a line for each finding. Returns the exit code: 1
/// if anything prevents serving. Blocks, for discovery.timeout and a few seconds at most.
int doctor(const std::string& config_file, bool json);

}  // namespace weir::app
