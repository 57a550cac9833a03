/// Words of shell commands in messages.
#pragma once

#include <string>
#include <string_view>

namespace weir::codec {

/// `text` as one word of a POSIX shell: unchanged if no character is special, else in single
/// quotes.
[[nodiscard]] std::string format_shell_word(std::string_view text);

}  // namespace weir::codec
