#include "auth/keyring.hpp"

#include <map>
#include <set>
#include <unordered_set>
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

Result<std::vector<Network>> parse_networks(const std::vector<std::string>& texts) {
  std::vector<Network> networks;
  networks.reserve(texts.size());
  for (const std::string& text : texts) {
    const auto network = Network::parse(text);
    if (!network) return std::unexpected(network.error());
    networks.push_back(*network);
  }
  return networks;
}

std::unexpected<Error> refuse(const KeySettings& key, std::string_view reason) {
  return fail(Errc::config_invalid, fmt::format("key \"{}\": {}", key.name, reason));
}

}  // namespace

/// A table under construction.
struct Keyring::Draft {
  std::vector<KeyEntry> entries;
  std::vector<KeyTable::Opening> openings;
  std::vector<std::string> notices;
  std::map<store::Digest, const KeySettings*> config_digests;
  std::set<std::string_view> config_names;
  std::set<const KeySettings*> revoked;  ///< config keys whose text belongs to a revoked key

  void open_last(const store::Digest& digest, std::optional<WallTime> valid_until) {
    openings.push_back({digest, static_cast<std::uint32_t>(entries.size() - 1), valid_until});
  }
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
    const auto networks = parse_networks(key.grant.networks);
    if (!networks) return refuse(key, networks.error().detail);
  }
  return {};
}

Keyring::Keyring(store::Store& store, const Secret& pepper, const limit::WindowTable* windows)
    : store_(store),
      pepper_(pepper),
      windows_(windows),
      table_(std::make_shared<const KeyTable>()),
      digester_(pepper) {}

Result<> Keyring::configure(std::vector<KeySettings> keys, MonotonicTime now) {
  if (auto valid = check_keys(keys); !valid) return valid;
  std::lock_guard lock(mutex_);
  config_keys_ = std::move(keys);
  rebuild(now);
  return {};
}

Result<bool> Keyring::refresh(MonotonicTime now) {
  std::lock_guard refresh_lock(refresh_mutex_);
  // The version is read first: a commit between the two calls is then seen the next time.
  const auto version = store_.version();
  if (!version) return std::unexpected(version.error());
  if (store_version_ == *version) return false;
  auto keys = store_.list();
  if (!keys) return std::unexpected(keys.error());

  std::lock_guard lock(mutex_);
  const bool is_first = !store_version_;
  store_version_ = *version;
  // Usage written by another process is a new version, too.
  if (!is_first && *keys == stored_keys_) return false;
  stored_keys_ = std::move(*keys);
  rebuild(now);
  return true;
}

std::vector<std::string> Keyring::notices() const {
  std::lock_guard lock(mutex_);
  return notices_;
}

void Keyring::rebuild(MonotonicTime now) {
  Draft draft;
  for (const KeySettings& key : config_keys_) {
    draft.config_digests.emplace(digester_.digest(key.key.reveal()), &key);
    draft.config_names.insert(key.name);
  }
  add_stored_keys(draft);
  add_config_keys(draft);
  forget_idle_limiters(draft.entries, now);
  notices_ = std::move(draft.notices);
  table_.publish(
      std::make_shared<const KeyTable>(std::move(draft.entries), std::move(draft.openings)));
}

void Keyring::add_config_keys(Draft& draft) {
  for (const auto& [digest, key] : draft.config_digests) {
    if (draft.revoked.contains(key)) continue;
    KeyEntry entry;
    entry.id = config_id(*key);
    entry.name = key->name;
    entry.identity = config_identity(digest);
    entry.disabled = key->disabled;
    entry.grant = key->grant;
    entry.networks = parse_networks(key->grant.networks).value();  // validated by check_keys
    add_entry(draft, std::move(entry));
    draft.open_last(digest, std::nullopt);
  }
}

void Keyring::add_stored_keys(Draft& draft) {
  for (const store::KeyRecord& key : stored_keys_) {
    if (key.state == store::KeyState::revoked) {
      for (const store::KeySecret& secret : key.secrets) {
        const auto same = draft.config_digests.find(secret.digest);
        if (same == draft.config_digests.end()) continue;
        draft.revoked.insert(same->second);
        draft.notices.push_back(fmt::format(
            "config key \"{}\" is refused: it is identical to the stored key {}, which was revoked",
            same->second->name, key.id));
      }
      continue;
    }
    add_stored_key(draft, key);
  }
}

void Keyring::add_stored_key(Draft& draft, const store::KeyRecord& key) {
  auto networks = parse_networks(key.grant.networks);
  if (!networks) {
    draft.notices.push_back(
        fmt::format("stored key {} is ignored: {}", key.id, networks.error().detail));
    return;
  }
  if (draft.config_names.contains(key.name)) {
    draft.notices.push_back(
        fmt::format("\"{}\" is the name of a config key and of the stored key {}; both are valid",
                    key.name, key.id));
  }
  KeyEntry entry;
  entry.id = key.id;
  entry.name = key.name;
  entry.identity = key.id;
  entry.disabled = key.state == store::KeyState::disabled;
  entry.grant = key.grant;
  entry.networks = std::move(*networks);
  add_entry(draft, std::move(entry));
  for (const store::KeySecret& secret : key.secrets) {
    const auto same = draft.config_digests.find(secret.digest);
    if (same == draft.config_digests.end()) {
      draft.open_last(secret.digest, secret.valid_until);
      continue;
    }
    draft.notices.push_back(
        fmt::format("config key \"{}\" and stored key {} are identical; the config key applies",
                    same->second->name, key.id));
  }
}

void Keyring::add_entry(Draft& draft, KeyEntry entry) {
  entry.permission = permissions_.intern(entry.grant.models, entry.grant.sub_types);
  entry.limiter = limiter_of(entry);
  draft.entries.push_back(std::move(entry));
}

std::shared_ptr<limit::KeyLimiter> Keyring::limiter_of(const KeyEntry& entry) {
  auto& limiter = limiters_[entry.id];
  if (limiter == nullptr) {
    limiter = std::make_shared<limit::KeyLimiter>(entry.grant.limits, entry.grant.model_limits,
                                                  limit::Spans{}, windows_, entry.id);
  } else {
    limiter->configure(entry.grant.limits, entry.grant.model_limits);
  }
  return limiter;
}

/// Keeps limiters in use. A key that is removed and restored within a minute keeps its counts.
void Keyring::forget_idle_limiters(const std::vector<KeyEntry>& in_use, MonotonicTime now) {
  std::unordered_set<std::string_view> ids;
  for (const KeyEntry& entry : in_use) ids.insert(entry.id);
  std::erase_if(limiters_,
                [&](const auto& one) { return !ids.contains(one.first) && one.second->idle(now); });
}

}  // namespace weir::auth
