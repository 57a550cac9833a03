/// The end of a command: its output or its error, printed, and its exit code.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/lifecycle/settings.hpp"
#include "base/result.hpp"

namespace weir::app {

/// The text that a command prints on standard output.
using Output = Result<std::string>;

/// The exit code of a command that failed.
inline constexpr int kFailed = 1;

void print(std::FILE* to, std::string_view text);

/// Prints a message to stderr, without control characters: answers of servers, names in the store
/// and values of the config end in messages.
void complain(std::string_view message);

/// Prints the output, or the error. Returns the exit code.
int finish(const Output& output);

/// Nothing if the file has problems, which have then been printed. The defaults if there is none.
[[nodiscard]] std::optional<Settings> load_or_complain(const std::string& file,
                                                       Files files = Files::checked);

/// Runs a command with the settings of `file`. Returns the exit code.
int with_settings(const std::string& file, const std::function<Output(const Settings&)>& run);

}  // namespace weir::app
