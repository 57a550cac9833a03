/// A file that a command writes for its user.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.hpp"

namespace weir::app {

enum class Existing : bool { is_kept, is_replaced };

/// Whether a new file can be written at `path`: for a look before questions are asked.
/// Errors: as write_new_file.
[[nodiscard]] Result<> check_new_file(const std::string& path);

/// A file that could not be written whole is removed, unless it replaces another.
/// Errors: already_exists, invalid_parameter. Blocks on the disk.
[[nodiscard]] Result<> write_new_file(const std::string& path, std::string_view bytes, mode_t mode,
                                      Existing existing = Existing::is_kept);

}  // namespace weir::app
