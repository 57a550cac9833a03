/// The manual page of the command line, in troff.
#pragma once

#include <string>

#include "app/command_line/command_doc.hpp"

namespace weir::app {

/// weir(1). Source: man(7).
[[nodiscard]] std::string man_page(const CommandDoc& root);

}  // namespace weir::app
