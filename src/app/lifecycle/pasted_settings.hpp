/// Checks a config that was sent, not read from this machine: nothing that it names is looked at.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/lifecycle/settings.hpp"

namespace weir::app {

struct PastedSettings {
  Problems problems;
  std::vector<std::string> restart_needed;  ///< settings that would need one
};

/// `directory`: that of the config file. A value with `${…}` counts as right: neither variables nor
/// files are read, since a problem would show what they contain. Pure, except for the times of
/// certificates.
[[nodiscard]] PastedSettings check_pasted(std::string_view text,
                                          const std::filesystem::path& directory,
                                          const Settings& running);

}  // namespace weir::app
