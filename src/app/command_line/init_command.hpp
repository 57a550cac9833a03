/// `weir init`: writes a config file from what is found here and the answers to a few questions.
#pragma once

#include <string>

#include "app/command_line/command_result.hpp"

namespace weir::app {

/// `asks`: questions are put on the terminal; otherwise everything that is found is taken. Replaces
/// no file. Blocks, for a second for each port where something does not answer.
[[nodiscard]] Output init(const std::string& file, bool asks);

}  // namespace weir::app
