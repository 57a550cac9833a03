/// The `simulator` section of the config file: the built-in engine's pace.
#pragma once

#include <chrono>
#include <string_view>

#include "config/schema_fwd.hpp"

namespace weir::simulator {

/// The kind of such upstreams.
inline constexpr std::string_view kKind = "simulator";

/// About the pace of a mid-sized model; all zero in tests.
struct Settings {
  std::chrono::milliseconds first_token{150};  ///< from the request to the first token
  std::chrono::milliseconds token{20};         ///< between tokens, or pieces of audio
  std::chrono::milliseconds picture{1'500};    ///< to draw an image
  std::chrono::milliseconds video{6'000};      ///< from a video's submission to its success
};

/// The rows of `simulator`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::simulator
