/// The models that a key may see and call, as a value that many keys share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::auth {

struct Permission {
  /// The same for equal permissions as long as a key has one of them. A key for caches of what was
  /// made for the permission.
  std::uint32_t id;
  std::vector<std::string> models;     ///< globs, sorted; {"*"}: all; empty: none
  std::vector<std::string> sub_types;  ///< wire names, sorted; empty: all

  [[nodiscard]] bool is_unrestricted() const {
    return sub_types.empty() && models.size() == 1 && models.front() == "*";
  }
};

inline constexpr std::uint32_t kUnrestrictedPermission = 0;

/// Gives equal permissions one object, and forgets those that no key has: it holds at most twice as
/// many as keys have. A number is never given again.
///
/// Threads: one owner at a time.
class PermissionPool {
 public:
  /// Contains the unrestricted permission, as kUnrestrictedPermission.
  PermissionPool();

  /// Order and repetition do not matter; beside "*" other patterns are ignored.
  [[nodiscard]] std::shared_ptr<const Permission> intern(std::vector<std::string> models,
                                                         std::vector<std::string> sub_types);

  [[nodiscard]] std::size_t size() const { return permissions_.size(); }

 private:
  using Value = std::pair<std::vector<std::string>, std::vector<std::string>>;
  void forget_unused();

  std::map<Value, std::shared_ptr<const Permission>> permissions_;
  std::uint32_t next_id_ = kUnrestrictedPermission;
  std::size_t forget_at_ = 0;
};

}  // namespace weir::auth
