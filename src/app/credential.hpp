/// Files that systemd keeps for one service alone (`LoadCredential=`).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace weir::app {

/// Whether `path` is such a file: of this service, whose folder CREDENTIALS_DIRECTORY names (none:
/// it is not set), or of another, where nobody but systemd makes folders. They are guarded by an
/// access list, for which the mode looks as if the group could read them. Root may read those of a
/// service that runs, so that its commands can use the service's config.
///
/// Source: systemd.exec(5), CREDENTIALS_DIRECTORY.
[[nodiscard]] bool is_credential(const std::filesystem::path& path,
                                 const std::optional<std::string>& own_folder);

}  // namespace weir::app
