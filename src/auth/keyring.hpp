/// Combines the keys of the config file and of the store into the table that requests use.
///
///   config keys ──┐
///                 ├─> KeyTable ──> Snapshot ──> requests
///   store keys ───┘
///
/// If anything fails, the last table stays in use: a broken store turns no valid key away.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "auth/digest.hpp"
#include "auth/key_entry.hpp"
#include "auth/key_table.hpp"
#include "auth/key_terms.hpp"
#include "auth/limiter_pool.hpp"
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

  /// Reads what was committed to the store since the last time; returns true if that changed a key,
  /// and the first time. Frees former tables that nobody uses any more. Call at start, and then a
  /// few times a second.
  /// Cost: that of the changes, however many keys there are.
  [[nodiscard]] Result<bool> refresh(MonotonicTime now);

  [[nodiscard]] std::shared_ptr<const KeyTable> table() const { return table_.load(); }
  /// For callers that read the table at every request.
  [[nodiscard]] const Snapshot<KeyTable>& tables() const { return table_; }

  /// The key with this id, as of now; null: there is none, or it is revoked.
  [[nodiscard]] KeyEntryPtr find(std::string_view id) const;

  /// The keys of the config file, as records without digests.
  [[nodiscard]] std::vector<store::KeyRecord> config_keys() const;

  /// Messages for the operator about the table; never contain any of a key's text.
  [[nodiscard]] std::vector<std::string> notices() const;

  /// For another thread that authenticates.
  [[nodiscard]] Digester make_digester() const { return Digester(pepper_); }

 private:
  struct Incoming;
  struct IdHash : std::hash<std::string_view> {
    using is_transparent = void;
    using std::hash<std::string_view>::operator();
    std::size_t operator()(const KeyEntryPtr& entry) const { return (*this)(entry->id()); }
  };
  struct IdEqual {
    using is_transparent = void;
    static std::string_view id(const KeyEntryPtr& entry) { return entry->id(); }
    static std::string_view id(std::string_view id) { return id; }
    bool operator()(const auto& a, const auto& b) const { return id(a) == id(b); }
  };
  using Ids = boost::unordered_flat_set<KeyEntryPtr, IdHash, IdEqual>;

  void free_former();
  void apply(Incoming& incoming);
  /// Takes the entry with this id out of the draft, if there is one.
  void remove(KeyTableDraft& draft, std::string_view id, Incoming& incoming);
  void publish(std::shared_ptr<const KeyTable> table);
  /// `stored` with the config keys, instead of those that it has.
  [[nodiscard]] std::shared_ptr<const KeyTable> with_config_keys(const KeyTable& stored);
  void find_conflicts(const KeyEntry& stored);
  [[nodiscard]] bool has_config_text(const KeyEntry& stored) const;
  /// Entries for the config keys that `table` does not forbid.
  [[nodiscard]] std::vector<KeyEntryPtr> make_config_entries(const KeyTable& table);

  store::Store& store_;
  const Secret pepper_;
  TermsPool terms_;
  LimiterPool limiters_;
  std::atomic<std::uint32_t> generation_ = 0;
  Snapshot<KeyTable> table_;

  mutable std::mutex mutex_;  ///< guards what follows; not held while the store is read
  Digester digester_;
  std::vector<KeySettings> config_keys_;
  std::map<store::Digest, const KeySettings*> config_digests_;
  std::set<std::string_view> config_names_;
  /// The stored entries, by id; a table does not have those without secrets.
  Ids stored_;
  /// For the operator, by id of the stored key: why it is ignored, and its conflicts.
  std::map<std::string, std::string, std::less<>> ignored_;
  std::map<std::string, std::vector<std::string>, std::less<>> conflicts_;
  /// Tables that may be in use. They are freed by refresh, for that takes long for a large one.
  std::vector<std::shared_ptr<const KeyTable>> former_;

  std::mutex refresh_mutex_;  ///< one refresh at a time; guards what follows
  std::optional<std::uint64_t> store_version_;
  std::optional<store::KeyMark> read_until_;
};

}  // namespace weir::auth
