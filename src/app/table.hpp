/// Rows of text in aligned columns, for people at a terminal.
#pragma once

#include <string>
#include <vector>

namespace weir::app {

/// The first row is the heading. Control characters become `?`: a name from elsewhere must not
/// steer the terminal. Columns are two blanks apart, and lines have no blanks at their end.
[[nodiscard]] std::string format_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace weir::app
