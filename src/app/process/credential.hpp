/// Files that systemd provides to a single service (`LoadCredential=`).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace weir::app {

/// True if `path` is such a file: of this service, whose folder is CREDENTIALS_DIRECTORY (nothing:
/// not set), or of another one, where only systemd creates folders. They are protected by an access
/// list, for which the mode looks as if the group could read them. Root may read those of a running
/// service, so that its commands can use the service's config.
///
/// Source: systemd.exec(5), CREDENTIALS_DIRECTORY.
[[nodiscard]] bool is_credential(const std::filesystem::path& path,
                                 const std::optional<std::string>& own_folder);

}  // namespace weir::app
