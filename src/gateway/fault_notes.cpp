#include "gateway/fault_notes.hpp"

namespace weir::gateway {

bool FaultNotes::note(const std::string& upstream, const FaultNote& note, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  Key key(upstream, note.cause, note.model);
  auto found = seen_.find(key);
  const bool is_news = found == seen_.end() || now - found->second.last >= kLifetime;
  if (found == seen_.end()) {
    if (seen_.size() >= kMaxNotes) {
      std::erase_if(seen_, [&](const auto& entry) { return now - entry.second.last >= kLifetime; });
    }
    if (seen_.size() >= kMaxNotes) return false;
    found = seen_.emplace(std::move(key), Seen{}).first;
  }
  found->second = {.last = now, .status = note.status, .code = note.code};
  return is_news;
}

std::vector<FaultNote> FaultNotes::of(std::string_view upstream, MonotonicTime now) const {
  const std::lock_guard lock(mutex_);
  std::vector<FaultNote> notes;
  for (auto entry = seen_.lower_bound(Key(std::string(upstream), {}, {}));
       entry != seen_.end() && std::get<0>(entry->first) == upstream; ++entry) {
    const auto& [name, cause, model] = entry->first;
    const auto& seen = entry->second;
    if (now - seen.last >= kLifetime) continue;
    notes.push_back({.model = model, .cause = cause, .status = seen.status, .code = seen.code});
  }
  return notes;
}

}  // namespace weir::gateway
