/// `weir try`: asks a model through a running server, and shows the answer.
#pragma once

#include <string>

#include "app/command_line/command_result.hpp"
#include "app/lifecycle/settings.hpp"

namespace weir::app {

struct TryOptions {
  std::string target;  ///< a sub type, or the id of a model
  std::string text;    ///< empty: a text of our own
  std::string url;     ///< empty: that of the settings
  std::string output;  ///< a file for a picture or sound; empty: weir-try.SUFFIX
};

/// A streamed text is printed as it arrives; the rest is returned. Blocks.
[[nodiscard]] Output try_model(const Settings& settings, const TryOptions& options);

}  // namespace weir::app
