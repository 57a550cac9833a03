/// Formats rows of text in aligned columns, for a terminal.
#pragma once

#include <string>
#include <vector>

namespace weir::app {

/// The first row is the heading. Cells are escaped (codec::visible_text): an external name must not
/// control the terminal, or hide. Columns are two blanks apart, and lines have no trailing blanks.
[[nodiscard]] std::string format_table(std::vector<std::vector<std::string>> rows);

}  // namespace weir::app
