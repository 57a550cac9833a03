#include "store/memory_store.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <set>

#include <fmt/format.h>

namespace weir::store {

namespace {

bool holds(const KeyRecord& key, const Digest& digest) {
  return std::ranges::any_of(key.secrets,
                             [&](const KeySecret& secret) { return secret.digest == digest; });
}

}  // namespace

Result<> MemoryStore::usable() const {
  if (broken_) return fail(Errc::store_failed, *broken_);
  return {};
}

Result<KeyRecord*> MemoryStore::changeable(std::string_view id) {
  const auto found = std::ranges::find(keys_, id, &KeyRecord::id);
  if (found == keys_.end()) return fail(Errc::not_found, fmt::format("there is no key {}", id));
  if (found->state == KeyState::revoked) {
    return fail(Errc::not_found, fmt::format("key {} was revoked, which is permanent", id));
  }
  return &*found;
}

Result<> MemoryStore::create(const KeyRecord& key) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return ready;
  if (auto valid = check(key); !valid) return valid;
  for (const KeyRecord& other : keys_) {
    if (other.id == key.id) return fail(Errc::already_exists, "a key with this id already exists");
    if (other.name == key.name && other.state != KeyState::revoked) {
      return fail(Errc::already_exists, fmt::format("a key named {} already exists", key.name));
    }
    if (std::ranges::any_of(key.secrets, [&](const auto& s) { return holds(other, s.digest); })) {
      return fail(Errc::already_exists, "a key with this secret already exists");
    }
  }
  keys_.push_back(stored(key));
  changes_.push_back(key.id);
  return {};
}

Result<std::vector<KeyRecord>> MemoryStore::list() {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  return keys_;
}

Result<KeyRecord> MemoryStore::find(std::string_view name_or_id) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  for (const KeyRecord& key : keys_) {
    if (key.id == name_or_id) return key;
    if (key.name == name_or_id && key.state != KeyState::revoked) return key;
  }
  return fail(Errc::not_found, fmt::format("there is no key {}", name_or_id));
}

Result<> MemoryStore::set_disabled(std::string_view id, bool disabled) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return ready;
  const auto key = changeable(id);
  if (!key) return std::unexpected(key.error());
  (*key)->state = disabled ? KeyState::disabled : KeyState::active;
  changes_.emplace_back(id);
  return {};
}

Result<> MemoryStore::change_limits(std::string_view id, const LimitChange& change) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return ready;
  const auto key = changeable(id);
  if (!key) return std::unexpected(key.error());
  auto grant = change.over((*key)->grant);
  if (auto valid = limit::check(grant.limits, grant.model_limits); !valid) return valid;
  (*key)->grant = std::move(grant);
  changes_.emplace_back(id);
  return {};
}

Result<> MemoryStore::revoke(std::string_view id, WallTime now) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return ready;
  const auto found = std::ranges::find(keys_, id, &KeyRecord::id);
  if (found == keys_.end()) return fail(Errc::not_found, fmt::format("there is no key {}", id));
  if (found->state == KeyState::revoked) return {};
  found->state = KeyState::revoked;
  found->revoked_at = stored(now);
  changes_.emplace_back(id);
  return {};
}

Result<> MemoryStore::rotate(std::string_view id, const KeySecret& next, WallTime others_until) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return ready;
  const auto key = changeable(id);
  if (!key) return std::unexpected(key.error());
  if (std::ranges::any_of(keys_, [&](const auto& other) { return holds(other, next.digest); })) {
    return fail(Errc::already_exists, "a key with this secret already exists");
  }
  auto& secrets = (*key)->secrets;
  for (KeySecret& secret : secrets) {
    secret.valid_until =
        std::min(secret.valid_until.value_or(WallTime::max()), stored(others_until));
  }
  std::erase_if(secrets, [&](const KeySecret& secret) {
    return *secret.valid_until <= stored(next.created_at);
  });
  KeySecret kept = next;
  kept.created_at = stored(next.created_at);
  if (kept.valid_until) kept.valid_until = stored(*kept.valid_until);
  secrets.insert(secrets.begin(), std::move(kept));
  changes_.emplace_back(id);
  return {};
}

Result<KeyMark> MemoryStore::read_changes(const std::optional<KeyMark>& since, KeyReader& reader) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  const KeyMark end{.change = std::ssize(changes_)};
  if (!since) {
    reader.start_over();
    for (const KeyRecord& key : keys_) reader.take(key);
    return end;
  }
  const std::set<std::string> changed(changes_.begin() + since->change, changes_.end());
  for (const KeyRecord& key : keys_) {
    if (changed.contains(key.id)) reader.take(key);
  }
  return end;
}

Result<std::uint64_t> MemoryStore::version() {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  return changes_.size();
}

Result<> MemoryStore::add_usage(const UsageBatch& batch) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return ready;
  if (auto valid = check(batch); !valid) return valid;
  std::int64_t& last = last_batches_[batch.writer];
  if (batch.number <= last) return {};
  last = batch.number;
  for (const UsageRow& row : batch.rows) {
    usage_[{row.day, row.key_id, row.model}].add(row.counts);
  }
  return {};
}

Result<std::vector<UsageRow>> MemoryStore::usage(const UsageFilter& filter) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  std::vector<UsageRow> rows;
  for (const auto& [name, counts] : usage_) {
    const auto& [day, key_id, model] = name;
    if (day < filter.from || day > filter.to) continue;
    if (filter.key_id && *filter.key_id != key_id) continue;
    if (filter.model && *filter.model != model) continue;
    rows.push_back({day, key_id, model, counts});
  }
  return rows;
}

Result<std::vector<Day>> MemoryStore::usage_days(std::size_t most) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  std::vector<Day> days;
  for (const auto& [name, counts] : usage_ | std::views::reverse) {
    const Day day = std::get<Day>(name);
    if (!days.empty() && days.back() == day) continue;
    if (days.size() == most) break;
    days.push_back(day);
  }
  return days;
}

Result<std::int64_t> MemoryStore::delete_usage(Day before, std::int64_t max_rows) {
  std::lock_guard lock(mutex_);
  if (auto ready = usable(); !ready) return std::unexpected(ready.error());
  std::int64_t deleted = 0;
  while (deleted < max_rows && !usage_.empty() && std::get<Day>(usage_.begin()->first) < before) {
    usage_.erase(usage_.begin());
    ++deleted;
  }
  return deleted;
}

void MemoryStore::break_for_test(std::optional<std::string> detail) {
  std::lock_guard lock(mutex_);
  broken_ = std::move(detail);
}

}  // namespace weir::store
