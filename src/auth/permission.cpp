#include "auth/permission.hpp"

#include <algorithm>

namespace weir::auth {

namespace {

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
  auto& permission = permissions_[{models, sub_types}];
  if (permission == nullptr) {
    const auto id = static_cast<std::uint32_t>(permissions_.size() - 1);
    permission = std::make_shared<const Permission>(id, std::move(models), std::move(sub_types));
  }
  return permission;
}

}  // namespace weir::auth
