/// The file with the link that logs in at the console, once.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace weir::app {

/// "weir.db" → "weir.db.login".
[[nodiscard]] std::string login_link_path(const std::string& store_path);

/// Replaces the file, which only its owner may read. Blocks on the disk. Errors: store_failed.
[[nodiscard]] Result<> write_login_link(const std::string& path, const std::string& url,
                                        const Secret& token);

}  // namespace weir::app
