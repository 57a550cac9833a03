/// Puts the keys of the config file and of the store together into the table that requests use.
///
///   config keys ──┐
///                 ├─> KeyTable ──> Snapshot ──> requests
///   store keys ───┘
///
/// Whatever fails here, the last table goes on: a broken store turns no valid key away.
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

/// What `weir check` can say of config keys without a store. Errors: config_invalid, naming the
/// key: a text that cannot be a key, a network that is none, a name or text given twice.
[[nodiscard]] Result<> check_keys(const std::vector<KeySettings>& keys);

/// Where a config key and a stored key meet:
/// - the same text: the config key counts, the stored one is left out;
/// - the same text, and the stored key was revoked: nobody gets in. A leaked key does not come back
///   through a forgotten line of config;
/// - the same name: both work, each for itself.
/// Each is reported in notices().
///
/// Threads:  any. refresh waits for the store, so not on an I/O thread; table() never waits for it.
/// Lifetime: the store outlives it.
class Keyring {
 public:
  Keyring(store::Store& store, const Secret& pepper);

  /// Replaces the config keys. Errors: as check_keys; then nothing changes.
  [[nodiscard]] Result<> configure(std::vector<KeySettings> keys, MonotonicTime now);

  /// Reads the store if anything was committed since the last time; true if that
  /// changed a key, and the first time. To be called at start, and a few times a second from then
  /// on.
  [[nodiscard]] Result<bool> refresh(MonotonicTime now);

  [[nodiscard]] std::shared_ptr<const KeyTable> table() const { return table_.load(); }
  /// For those who look at every request.
  [[nodiscard]] const Snapshot<KeyTable>& tables() const { return table_; }

  /// What an operator should know about the table; never holds any of a key's text.
  [[nodiscard]] std::vector<std::string> notices() const;

  /// For one more thread that authenticates.
  [[nodiscard]] Digester make_digester() const { return Digester(pepper_); }

 private:
  struct Draft;

  void rebuild(MonotonicTime now);
  void add_config_keys(Draft& draft);
  void add_stored_keys(Draft& draft);
  void add_stored_key(Draft& draft, const store::KeyRecord& key);
  [[nodiscard]] std::shared_ptr<limit::KeyLimiter> limiter_of(const KeyEntry& entry);
  void forget_idle_limiters(const std::vector<KeyEntry>& in_use, MonotonicTime now);

  store::Store& store_;
  const Secret pepper_;
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
