#include "auth/key_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weir::auth {

namespace {

bool is_inside(const Address& peer, const std::vector<Network>& networks) {
  return networks.empty() ||
         std::ranges::any_of(networks, [&](const auto& network) { return network.contains(peer); });
}

bool counts(const KeyEntry& entry) { return entry.state != store::KeyState::revoked; }

}  // namespace

/// By other bits than those that place a key within its shard.
std::size_t KeyTable::shard_of(const store::Digest& digest) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, digest.data() + sizeof bits, sizeof bits);
  return bits % kShards;
}

const KeyEntry* KeyTable::find_stored(const store::Digest& digest) const {
  const auto& shard = shards_[shard_of(digest)];
  return shard ? shard->find(digest).entry : nullptr;
}

KeyEntryPtr KeyTable::find_configured(std::string_view id) const {
  return configured_ ? configured_->find(id) : nullptr;
}

std::expected<const KeyEntry*, Errc> KeyTable::authenticate(const store::Digest& digest,
                                                            const Address& peer,
                                                            WallTime now) const {
  KeyMatch match;
  if (configured_) match = configured_->find(digest);
  if (match.entry == nullptr) {
    const auto& shard = shards_[shard_of(digest)];
    if (shard) match = shard->find(digest);
  }
  if (match.entry == nullptr) return std::unexpected(Errc::invalid_token);
  const KeyEntry& entry = *match.entry;
  if (entry.state == store::KeyState::revoked) return std::unexpected(Errc::invalid_token);
  if (now >= match.secret->valid_until) return std::unexpected(Errc::invalid_token);
  if (now >= entry.expires_at) return std::unexpected(Errc::invalid_token);
  if (entry.state == store::KeyState::disabled || !is_inside(peer, entry.terms->networks)) {
    return std::unexpected(Errc::forbidden);
  }
  return &entry;
}

KeyShard& KeyTableDraft::shard_to_change(const store::Digest& digest) {
  const auto i = KeyTable::shard_of(digest);
  if (changed_[i] == nullptr) {
    auto& shard = next_->shards_[i];
    const auto copy = shard ? boost::intrusive_ptr<KeyShard>(new KeyShard(*shard))
                            : boost::intrusive_ptr<KeyShard>(new KeyShard());
    shard = copy;
    changed_[i] = copy.get();
  }
  return *changed_[i];
}

void KeyTableDraft::add(const KeyEntryPtr& entry) {
  if (counts(*entry)) ++next_->stored_;
  for (std::size_t i = 0; i < entry->secrets.size(); ++i) {
    shard_to_change(entry->secrets[i].digest).add(entry, i);
  }
}

void KeyTableDraft::remove(const KeyEntry& entry) {
  if (counts(entry)) --next_->stored_;
  for (std::size_t i = 0; i < entry.secrets.size(); ++i) {
    shard_to_change(entry.secrets[i].digest).remove(entry, i);
  }
}

void KeyTableDraft::configure(std::span<const KeyEntryPtr> entries) {
  next_->configured_keys_ = entries.size();
  next_->configured_ = nullptr;
  if (entries.empty()) return;
  const boost::intrusive_ptr<KeyShard> shard(new KeyShard());
  for (const KeyEntryPtr& entry : entries) {
    for (std::size_t i = 0; i < entry->secrets.size(); ++i) shard->add(entry, i);
  }
  shard->index();
  next_->configured_ = shard;
}

std::shared_ptr<const KeyTable> KeyTableDraft::finish() {
  for (auto*& shard : changed_) {
    if (shard != nullptr) std::exchange(shard, nullptr)->index();
  }
  return {std::move(next_)};
}

}  // namespace weir::auth
