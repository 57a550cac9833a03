/// The console's files: bundled from web/ and compressed by the build.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/coding.hpp"

namespace weir::console {

/// One file in one coding. The bytes live as long as the process.
struct Asset {
  std::string_view bytes;
  std::string_view etag;          ///< strong, so of this coding
  std::string_view fixed_fields;  ///< Content-Type, and the policies of the page
};

/// True if the console answers at this path.
[[nodiscard]] bool has_asset(std::string_view path);

/// The codings that every file is stored in.
[[nodiscard]] codec::CodingSet asset_codings();

/// REQUIRES: has_asset(path), and a coding of asset_codings().
[[nodiscard]] Asset asset(std::string_view path, codec::Coding coding);

}  // namespace weir::console
