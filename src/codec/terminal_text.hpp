/// Makes a text of several lines safe to print on a terminal, and leaves all else as it is: for
/// texts that are shown for their own sake, such as a model's answer. `visible` is for messages.
///
/// Source: ECMA-48 (C0, C1); UAX #9 (bidirectional marks).
#pragma once

#include <string>
#include <string_view>

namespace weir::codec {

/// Control characters but LF and tab, bidirectional marks, and bytes that are not UTF-8, as
/// visible_text writes them.
[[nodiscard]] std::string terminal_text(std::string_view text);

}  // namespace weir::codec
