/// The `simulator` section of the config file: how fast the built-in engine answers.
#pragma once

#include <chrono>
#include <string_view>

#include "config/schema_fwd.hpp"

namespace weir::simulator {

/// The slug of such upstreams' kind.
inline constexpr std::string_view kKind = "simulator";

/// About the pace of a mid-sized model; all zero in tests.
struct Settings {
  std::chrono::milliseconds first_token{150};  ///< from the request to the first token
  std::chrono::milliseconds token{20};         ///< from one token, or piece of sound, to the next
  std::chrono::milliseconds picture{1'500};    ///< to draw an image
  std::chrono::milliseconds video{6'000};      ///< from a video's submission to its success
};

/// The rows of `simulator`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::simulator
