#include "management/replays.hpp"

#include <algorithm>

namespace weir::management {

std::deque<Replays::Entry>::iterator Replays::find(std::string_view key) {
  return std::ranges::find(entries_, key, &Entry::key);
}

Answered<std::optional<Replays::Kept>> Replays::begin(std::string_view key,
                                                      std::string_view fingerprint,
                                                      MonotonicTime now) {
  const auto is_over = [now](const Entry& entry) { return entry.kept && entry.ends <= now; };
  std::erase_if(entries_, is_over);
  if (const auto found = find(key); found != entries_.end()) {
    if (found->fingerprint != fingerprint) return refuse(Reason::idempotency_mismatch);
    if (!found->kept) return refuse(Reason::in_progress);
    return found->kept;
  }
  if (entries_.size() >= kMost) {
    const auto oldest =
        std::ranges::find_if(entries_, [](const Entry& entry) { return entry.kept.has_value(); });
    if (oldest == entries_.end()) return refuse(Reason::overloaded);
    entries_.erase(oldest);
  }
  entries_.push_back({std::string(key), std::string(fingerprint), now + kLife, std::nullopt});
  return std::nullopt;
}

void Replays::finish(std::string_view key, Kept kept) {
  if (const auto found = find(key); found != entries_.end()) found->kept = std::move(kept);
}

void Replays::cancel(std::string_view key) {
  if (const auto found = find(key); found != entries_.end()) entries_.erase(found);
}

}  // namespace weir::management
