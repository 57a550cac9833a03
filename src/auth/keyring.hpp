/// Combines the keys of the config file and of the store into the table that requests use.
///
///   config keys ──┐
///                 ├─> KeyTable ──> Snapshot ──> requests
///   store keys ───┘
///
/// If anything fails, the last table stays in use: a broken store turns no valid key away.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/digest.hpp"
#include "auth/key_table.hpp"
#include "auth/permission.hpp"
#include "auth/settings.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/snapshot.hpp"
#include "store/store.hpp"

namespace weir::auth {

/// The checks of config keys that need no store, for `weir check`. Errors: config_invalid, naming
/// the key: a text that cannot be a key, an invalid network, a duplicate name or text.
[[nodiscard]] Result<> check_keys(const std::vector<KeySettings>& keys);

/// Conflicts of a config key and a stored key:
/// - the same text: the config key applies, the stored one is ignored;
/// - the same text, and the stored key was revoked: neither is valid. A leaked key does not come
///   back through a forgotten line of config;
/// - the same name: both are valid, independently.
/// Each is reported in notices().
///
/// Threads:  any. refresh waits for the store, so not on an I/O thread; table() never waits for it.
/// Lifetime: the store, and where windows are kept, outlive it.
class Keyring {
 public:
  /// `windows`: where the counts of limits outlive this process; null: nowhere.
  Keyring(store::Store& store, const Secret& pepper, const limit::WindowTable* windows = nullptr);

  /// Replaces the config keys. Errors: as check_keys; then nothing changes.
  [[nodiscard]] Result<> configure(std::vector<KeySettings> keys, MonotonicTime now);

  /// Reads the store if anything was committed since the last time; returns true if that changed a
  /// key, and the first time. Call at start, and then a few times a second.
  [[nodiscard]] Result<bool> refresh(MonotonicTime now);

  [[nodiscard]] std::shared_ptr<const KeyTable> table() const { return table_.load(); }
  /// For callers that read the table at every request.
  [[nodiscard]] const Snapshot<KeyTable>& tables() const { return table_; }

  /// Messages for the operator about the table; never contain any of a key's text.
  [[nodiscard]] std::vector<std::string> notices() const;

  /// For another thread that authenticates.
  [[nodiscard]] Digester make_digester() const { return Digester(pepper_); }

 private:
  struct Draft;

  void rebuild(MonotonicTime now);
  void add_config_keys(Draft& draft);
  void add_stored_keys(Draft& draft);
  void add_stored_key(Draft& draft, const store::KeyRecord& key);
  /// Adds the permission and the limiter that the grant leads to.
  void add_entry(Draft& draft, KeyEntry entry);
  [[nodiscard]] std::shared_ptr<limit::KeyLimiter> limiter_of(const KeyEntry& entry);
  void forget_idle_limiters(const std::vector<KeyEntry>& in_use, MonotonicTime now);

  store::Store& store_;
  const Secret pepper_;
  const limit::WindowTable* const windows_;
  Snapshot<KeyTable> table_;

  mutable std::mutex mutex_;  ///< guards what follows; not held while the store is read
  Digester digester_;
  PermissionPool permissions_;
  std::unordered_map<std::string, std::shared_ptr<limit::KeyLimiter>> limiters_;  ///< by key id
  std::vector<KeySettings> config_keys_;
  std::vector<store::KeyRecord> stored_keys_;
  std::vector<std::string> notices_;

  std::mutex refresh_mutex_;  ///< one refresh at a time; guards store_version_
  std::optional<std::uint64_t> store_version_;
};

}  // namespace weir::auth
