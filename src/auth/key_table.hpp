/// All keys that are known now, for look-up in memory. Immutable; a change makes another table,
/// which shares all parts with it but those that differ.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

#include "auth/key_entry.hpp"
#include "auth/key_shard.hpp"
#include "auth/network.hpp"
#include "base/clock.hpp"
#include "base/errc.hpp"
#include "store/key_record.hpp"

namespace weir::auth {

/// Threads:  any; each with a Digester of its own.
/// Lifetime: an entry lives as long as a table that has it; to keep an entry, keep the table.
class KeyTable {
 public:
  /// The entry that this digest authenticates (auth/presented_key.hpp). A config key applies before
  /// a stored one.
  /// Errors: invalid_token for an unknown, revoked, expired or replaced key; forbidden for a known
  /// key that is disabled or used from outside its networks. Cost: about 60 ns; allocates nothing.
  [[nodiscard]] std::expected<const KeyEntry*, Errc> authenticate(const store::Digest& digest,
                                                                  const Address& peer,
                                                                  WallTime now) const;

  /// The stored key with this digest, in whatever state; null: none.
  [[nodiscard]] const KeyEntry* find_stored(const store::Digest& digest) const;

  /// The config key with this id; null: none. Cost: a look at all config keys.
  [[nodiscard]] KeyEntryPtr find_configured(std::string_view id) const;

  /// Keys that are not revoked.
  [[nodiscard]] std::size_t size() const { return stored_ + configured_keys_; }

 private:
  friend class KeyTableDraft;

  /// A change of one key copies a thousandth of the table, and this many pointers.
  static constexpr std::size_t kShards = 1'024;
  [[nodiscard]] static std::size_t shard_of(const store::Digest& digest);

  std::array<KeyShardPtr, kShards> shards_;  ///< null: empty
  std::size_t stored_ = 0;                   ///< not revoked
  KeyShardPtr configured_;                   ///< null: empty
  std::size_t configured_keys_ = 0;
};

/// A table under construction.
///
/// Threads: one owner.
class KeyTableDraft {
 public:
  /// Without keys.
  KeyTableDraft() : KeyTableDraft(KeyTable()) {}
  explicit KeyTableDraft(const KeyTable& from) : next_(std::make_unique<KeyTable>(from)) {}

  /// A stored key. REQUIRES: its digests differ from those of all others.
  void add(const KeyEntryPtr& entry);
  void remove(const KeyEntry& entry);

  /// The keys of the config file, instead of those before.
  void configure(std::span<const KeyEntryPtr> entries);

  [[nodiscard]] std::shared_ptr<const KeyTable> finish();

 private:
  [[nodiscard]] KeyShard& shard_to_change(const store::Digest& digest);

  std::unique_ptr<KeyTable> next_;
  std::array<KeyShard*, KeyTable::kShards> changed_{};  ///< shards that only this draft has
};

}  // namespace weir::auth
