/// A file that a command writes for its user.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.hpp"

namespace weir::app {

enum class Existing : bool { is_kept, is_replaced };

/// Errors: already_exists, invalid_parameter. Blocks on the disk.
[[nodiscard]] Result<> write_new_file(const std::string& path, std::string_view bytes, mode_t mode,
                                      Existing existing = Existing::is_kept);

}  // namespace weir::app
