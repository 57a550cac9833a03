/// Completions of the command line for shells.
#pragma once

#include <cstdint>
#include <string>

#include "app/command_line/command_doc.hpp"
#include "base/enum_table.hpp"

namespace weir::app {

enum class Shell : std::uint8_t { bash, zsh, fish };
inline constexpr EnumNames<Shell> kShellNames({{Shell::bash, "bash"},
                                               {Shell::zsh, "zsh"},
                                               {Shell::fish, "fish"}});

/// A script that the shell reads once.
[[nodiscard]] std::string completion_script(const CommandDoc& root, Shell shell);

}  // namespace weir::app
