#include "app/process/credential.hpp"

namespace weir::app {

bool is_credential(const std::filesystem::path& path,
                   const std::optional<std::string>& own_folder) {
  const auto folder = path.lexically_normal().parent_path();
  if (own_folder && own_folder->starts_with('/') && folder == *own_folder) return true;
  return folder.parent_path() == "/run/credentials";
}

}  // namespace weir::app
