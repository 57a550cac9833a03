/// The models that a key may see and call, as a value that many keys share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::auth {

struct Permission {
  /// Small and dense; the same for equal permissions for the life of the process. A key for caches
  /// of what was rendered for the permission.
  std::uint32_t id;
  std::vector<std::string> models;     ///< globs, sorted; {"*"}: all; empty: none
  std::vector<std::string> sub_types;  ///< wire names, sorted; empty: all

  [[nodiscard]] bool is_unrestricted() const {
    return sub_types.empty() && models.size() == 1 && models.front() == "*";
  }
};

inline constexpr std::uint32_t kUnrestrictedPermission = 0;

/// Gives equal permissions one object. It forgets none, so that ids stay valid: its size is the
/// number of different permissions ever configured.
///
/// Threads: one owner at a time.
class PermissionPool {
 public:
  /// Contains the unrestricted permission, as kUnrestrictedPermission.
  PermissionPool();

  /// Order and repetition do not matter; beside "*" other patterns are ignored.
  [[nodiscard]] std::shared_ptr<const Permission> intern(std::vector<std::string> models,
                                                         std::vector<std::string> sub_types);

 private:
  using Value = std::pair<std::vector<std::string>, std::vector<std::string>>;
  std::map<Value, std::shared_ptr<const Permission>> permissions_;
};

}  // namespace weir::auth
