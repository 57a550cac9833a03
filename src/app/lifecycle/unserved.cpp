#include "app/lifecycle/unserved.hpp"

namespace weir::app {

bool UnservedModels::add(const std::string& upstream, const std::string& id, MonotonicTime until) {
  return until_.insert_or_assign({upstream, id}, until).second;
}

void UnservedModels::forget(const std::string& upstream, const std::string& id) {
  until_.erase({upstream, id});
}

bool UnservedModels::expire(MonotonicTime now) {
  return std::erase_if(until_, [&](const auto& entry) { return entry.second <= now; }) > 0;
}

std::vector<std::string> UnservedModels::of(const std::string& upstream) const {
  std::vector<std::string> ids;
  for (auto entry = until_.lower_bound({upstream, {}});
       entry != until_.end() && entry->first.first == upstream; ++entry) {
    ids.push_back(entry->first.second);
  }
  return ids;
}

}  // namespace weir::app
