#include "auth/keyring.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "auth/key_text.hpp"

namespace weir::auth {

namespace {

std::string config_id(const KeySettings& key) { return fmt::format("config:{}", key.name); }

std::string config_identity(const store::Digest& digest) {
  std::string identity = "text:";
  return identity.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::unexpected<Error> refuse(const KeySettings& key, std::string_view reason) {
  return fail(Errc::config_invalid, fmt::format("key \"{}\": {}", key.name, reason));
}

}  // namespace

/// Reads what a store tells, as entries that are not in the table yet.
struct Keyring::Incoming final : store::KeyReader {
  Incoming(TermsPool& pool, LimiterPool& limiter_pool, std::uint32_t number)
      : terms(pool), limiters(limiter_pool), generation(number) {}

  void start_over() override {
    is_all = true;
    entries.clear();
    gone.clear();
    ignored.clear();
  }

  void take(store::KeyRecord key) override {
    boost::intrusive_ptr<KeyEntry> entry(new KeyEntry(key.id, key.name));
    entry->state = key.state;
    entry->generation = generation;
    entry->limiters = &limiters;
    entry->expires_at = key.grant.expires_at.value_or(WallTime::max());
    for (const store::KeySecret& secret : key.secrets) {
      entry->secrets.push_back({secret.digest, secret.valid_until.value_or(WallTime::max())});
    }
    if (key.state != store::KeyState::revoked) {
      auto granted = terms.intern(key.grant);
      if (!granted) {
        ignored.emplace_back(key.id, granted.error().detail);
        return;
      }
      entry->terms = std::move(*granted);
    }
    entries.push_back(std::move(entry));
  }

  void drop(std::string_view id) override { gone.emplace_back(id); }

  [[nodiscard]] bool is_empty() const {
    return !is_all && entries.empty() && gone.empty() && ignored.empty();
  }

  TermsPool& terms;
  LimiterPool& limiters;
  const std::uint32_t generation;
  bool is_all = false;
  std::vector<KeyEntryPtr> entries;
  std::vector<std::string> gone;
  std::vector<std::pair<std::string, std::string>> ignored;  ///< ids and reasons
  std::vector<KeyEntryPtr> replaced;                         ///< by apply
};

Result<> check_keys(const std::vector<KeySettings>& keys) {
  std::set<std::string_view> names;
  std::set<std::string_view> texts;
  for (const KeySettings& key : keys) {
    if (key.name.empty()) return refuse(key, "the name is missing");
    if (!names.insert(key.name).second) return refuse(key, "another key has this name");
    const KeyFault fault = parse_key(key.key.reveal());
    if (fault != KeyFault::none) return refuse(key, describe(fault));
    if (!texts.insert(key.key.reveal()).second) {
      return refuse(key, "another key is identical");
    }
    const auto limits = limit::check(key.grant.limits, key.grant.model_limits);
    if (!limits) return refuse(key, limits.error().detail);
    for (const std::string& text : key.grant.networks) {
      const auto network = Network::parse(text);
      if (!network) return refuse(key, network.error().detail);
    }
  }
  return {};
}

Keyring::Keyring(store::Store& store, const Secret& pepper, const limit::WindowTable* windows)
    : store_(store),
      pepper_(pepper),
      limiters_(windows),
      table_(std::make_shared<const KeyTable>()),
      digester_(pepper) {}

Result<> Keyring::configure(std::vector<KeySettings> keys, MonotonicTime now) {
  if (auto valid = check_keys(keys); !valid) return valid;
  limiters_.forget_idle(now);
  std::lock_guard lock(mutex_);
  config_digests_.clear();
  config_names_.clear();
  config_keys_ = std::move(keys);
  for (const KeySettings& key : config_keys_) {
    config_digests_.emplace(digester_.digest(key.key.reveal()), &key);
    config_names_.insert(key.name);
  }
  conflicts_.clear();
  if (!config_keys_.empty()) {
    for (const KeyEntryPtr& stored : stored_) find_conflicts(*stored);
  }
  publish(with_config_keys(*table_.load()));
  return {};
}

Result<bool> Keyring::refresh(MonotonicTime now) {
  std::lock_guard refresh_lock(refresh_mutex_);
  free_former();
  limiters_.forget_idle(now);
  // The version is read first: a commit between the two calls is then seen the next time.
  const auto version = store_.version();
  if (!version) return std::unexpected(version.error());
  if (store_version_ == *version) return false;
  Incoming incoming(terms_, limiters_, ++generation_);
  const auto mark = store_.read_changes(read_until_, incoming);
  if (!mark) return std::unexpected(mark.error());
  store_version_ = *version;
  read_until_ = *mark;
  if (incoming.is_empty()) return false;
  apply(incoming);
  return true;
}

std::vector<std::string> Keyring::notices() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> notices;
  for (const auto& [id, reason] : ignored_) {
    notices.push_back(fmt::format("stored key {} is ignored: {}", id, reason));
  }
  for (const auto& [id, conflicts] : conflicts_) {
    notices.insert(notices.end(), conflicts.begin(), conflicts.end());
  }
  return notices;
}

/// A reader may be the last to leave a table; here it never is.
void Keyring::free_former() {
  std::vector<std::shared_ptr<const KeyTable>> unused;  // destroyed after the lock
  std::lock_guard lock(mutex_);
  std::erase_if(former_, [&](auto& table) {
    if (table.use_count() > 1) return false;
    unused.push_back(std::move(table));
    return true;
  });
}

void Keyring::publish(std::shared_ptr<const KeyTable> table) {
  former_.push_back(table_.load());
  table_.publish(std::move(table));
}

std::shared_ptr<const KeyTable> Keyring::with_config_keys(const KeyTable& stored) {
  KeyTableDraft draft(stored);
  draft.configure(make_config_entries(stored));
  return draft.finish();
}

void Keyring::remove(KeyTableDraft& draft, std::string_view id, Incoming& incoming) {
  if (const auto ignored = ignored_.find(id); ignored != ignored_.end()) ignored_.erase(ignored);
  if (const auto conflict = conflicts_.find(id); conflict != conflicts_.end()) {
    conflicts_.erase(conflict);
  }
  const auto found = stored_.find(id);
  if (found == stored_.end()) return;
  incoming.replaced.push_back(*found);
  draft.remove(**found);
  stored_.erase(found);
}

void Keyring::apply(Incoming& incoming) {
  Ids before;  // destroyed after the lock
  std::lock_guard lock(mutex_);
  KeyTableDraft draft = incoming.is_all ? KeyTableDraft() : KeyTableDraft(*table_.load());
  if (incoming.is_all) {
    before.swap(stored_);
    stored_.reserve(incoming.entries.size());
    ignored_.clear();
    conflicts_.clear();
  } else {  // all are removed before one is added: a text may have moved from one to another
    for (const auto& entry : incoming.entries) remove(draft, entry->id(), incoming);
    for (const auto& id : incoming.gone) remove(draft, id, incoming);
    for (const auto& [id, reason] : incoming.ignored) remove(draft, id, incoming);
  }
  for (auto& [id, reason] : incoming.ignored) ignored_.emplace(id, reason);
  for (const KeyEntryPtr& entry : incoming.entries) {
    draft.add(entry);
    stored_.insert(entry);
    find_conflicts(*entry);
    limiters_.update(*entry);
  }
  auto table = draft.finish();
  const auto is_config_text = [&](const KeyEntryPtr& entry) { return has_config_text(*entry); };
  if (incoming.is_all || std::ranges::any_of(incoming.entries, is_config_text) ||
      std::ranges::any_of(incoming.replaced, is_config_text)) {
    table = with_config_keys(*table);
  }
  publish(std::move(table));
}

bool Keyring::has_config_text(const KeyEntry& stored) const {
  return !config_digests_.empty() && std::ranges::any_of(stored.secrets, [&](const auto& secret) {
    return config_digests_.contains(secret.digest);
  });
}

void Keyring::find_conflicts(const KeyEntry& stored) {
  if (config_keys_.empty()) return;
  const bool is_revoked = stored.state == store::KeyState::revoked;
  const auto add = [&](std::string notice) {
    conflicts_[std::string(stored.id())].push_back(std::move(notice));
  };
  if (!is_revoked && config_names_.contains(stored.name())) {
    add(fmt::format("\"{}\" is the name of a config key and of the stored key {}; both are valid",
                    stored.name(), stored.id()));
  }
  for (const auto& secret : stored.secrets) {
    const auto same = config_digests_.find(secret.digest);
    if (same == config_digests_.end()) continue;
    const auto& name = same->second->name;
    add(is_revoked
            ? fmt::format("config key \"{}\" is refused: it is identical to the stored key {}, "
                          "which was revoked",
                          name, stored.id())
            : fmt::format("config key \"{}\" and stored key {} are identical; the config key "
                          "applies",
                          name, stored.id()));
  }
}

KeyEntryPtr Keyring::find(std::string_view id) const {
  std::lock_guard lock(mutex_);
  const auto found = stored_.find(id);
  if (found == stored_.end()) return table_.load()->find_configured(id);
  return (*found)->state == store::KeyState::revoked ? nullptr : *found;
}

std::vector<store::KeyRecord> Keyring::config_keys() const {
  std::lock_guard lock(mutex_);
  std::vector<store::KeyRecord> records;
  for (const auto& key : config_keys_) {
    auto& record = records.emplace_back();
    record.id = config_id(key);
    record.name = key.name;
    record.state = key.disabled ? store::KeyState::disabled : store::KeyState::active;
    record.grant = key.grant;
  }
  return records;
}

std::vector<KeyEntryPtr> Keyring::make_config_entries(const KeyTable& table) {
  const auto generation = ++generation_;
  std::vector<KeyEntryPtr> entries;
  for (const auto& [digest, key] : config_digests_) {
    const KeyEntry* stored = table.find_stored(digest);
    if (stored != nullptr && stored->state == store::KeyState::revoked) continue;
    boost::intrusive_ptr<KeyEntry> entry(new KeyEntry(config_id(*key), key->name));
    entry->own_identity = std::make_unique<const std::string>(config_identity(digest));
    entry->state = key->disabled ? store::KeyState::disabled : store::KeyState::active;
    entry->generation = generation;
    entry->limiters = &limiters_;
    entry->expires_at = key->grant.expires_at.value_or(WallTime::max());
    entry->terms = terms_.intern(key->grant).value();  // validated by check_keys
    entry->secrets.push_back({digest});
    limiters_.update(*entry);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace weir::auth
