#include "auth/permission.hpp"

#include <algorithm>

namespace weir::auth {

namespace {

constexpr std::size_t kFewPermissions = 64;

void sort_unique(std::vector<std::string>& items) {
  std::ranges::sort(items);
  const auto repeated = std::ranges::unique(items);
  items.erase(repeated.begin(), repeated.end());
}

}  // namespace

PermissionPool::PermissionPool() { static_cast<void>(intern({"*"}, {})); }

std::shared_ptr<const Permission> PermissionPool::intern(std::vector<std::string> models,
                                                         std::vector<std::string> sub_types) {
  if (std::ranges::find(models, "*") != models.end()) models = {"*"};
  sort_unique(models);
  sort_unique(sub_types);
  if (permissions_.size() >= std::max(forget_at_, kFewPermissions)) forget_unused();
  auto& permission = permissions_[{models, sub_types}];
  if (permission == nullptr) {
    permission =
        std::make_shared<const Permission>(next_id_++, std::move(models), std::move(sub_types));
  }
  return permission;
}

void PermissionPool::forget_unused() {
  std::erase_if(permissions_, [](const auto& one) {
    return one.second.use_count() == 1 && one.second->id != kUnrestrictedPermission;
  });
  forget_at_ = 2 * permissions_.size();
}

}  // namespace weir::auth
