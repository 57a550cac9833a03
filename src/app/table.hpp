/// Rows of text in aligned columns, for people at a terminal.
#pragma once

#include <string>
#include <vector>

namespace weir::app {

/// The first row is the heading. Cells are spelled out (codec::visible_text): a name from elsewhere
/// must not steer the terminal, or hide. Columns are two blanks apart, and lines have no blanks at
/// their end.
[[nodiscard]] std::string format_table(std::vector<std::vector<std::string>> rows);

}  // namespace weir::app
