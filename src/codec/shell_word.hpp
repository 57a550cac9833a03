/// Words of commands that messages tell their reader to run.
#pragma once

#include <string>
#include <string_view>

namespace weir::codec {

/// `text` as one word of a POSIX shell: as it is if no character of it means anything there, else
/// in single quotes.
[[nodiscard]] std::string format_shell_word(std::string_view text);

}  // namespace weir::codec
