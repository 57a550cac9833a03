#include "management/key_access.hpp"

#include <algorithm>

#include "management/key_json.hpp"

namespace weir::management {
namespace {

// Store::find does not know those that are revoked.
Answered<store::KeyRecord> find_stored(store::Store& store, std::string_view id) {
  if (!id.starts_with(store::kKeyIdPrefix)) return refuse(Reason::not_found);
  if (auto found = store.find(id); found && found->id == id) return std::move(*found);
  const auto all = store.list();
  if (!all) return std::unexpected(problem_of(all.error()));
  const auto found = std::ranges::find(*all, id, &store::KeyRecord::id);
  if (found == all->end()) return refuse(Reason::not_found);
  return *found;
}

}  // namespace

net::Task<Answered<store::KeyRecord>> find_key(const Context& context) {  // outlives the task
  const auto& services = context.services;
  if (is_config_key(context.name)) {
    const auto keys = services.keys.config_keys();
    const auto found = std::ranges::find(keys, context.name, &store::KeyRecord::id);
    if (found == keys.end()) co_return refuse(Reason::not_found);
    co_return *found;
  }
  auto find = [&store = services.store, id = context.name] { return find_stored(store, id); };
  auto finding = services.store_pool.run(std::move(find));
  co_return co_await std::move(finding);
}

Answered<store::KeyRecord> find_for_change(store::Store& store, std::string_view id) {
  if (is_config_key(id)) return refuse(Reason::config_key);
  auto found = find_stored(store, id);
  if (found && found->state == store::KeyState::revoked) return refuse(Reason::revoked);
  return found;
}

}  // namespace weir::management
