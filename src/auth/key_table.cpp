#include "auth/key_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.hpp"

namespace weir::auth {

namespace {

/// The first slot to probe. A digest under a secret pepper is uniformly distributed, and nobody can
/// aim at a slot; the full digest decides.
std::size_t first_slot(const store::Digest& digest, std::size_t slots) {
  std::size_t bits = 0;
  std::memcpy(&bits, digest.data(), sizeof bits);
  return bits & (slots - 1);
}

bool is_inside(const Address& peer, const std::vector<Network>& networks) {
  return networks.empty() ||
         std::ranges::any_of(networks, [&](const auto& network) { return network.contains(peer); });
}

}  // namespace

KeyTable::KeyTable(std::vector<KeyEntry> entries, std::vector<Opening> openings)
    : entries_(std::move(entries)),
      openings_(std::move(openings)),
      slots_(std::bit_ceil(2 * openings_.size() + 1)) {
  for (std::uint32_t i = 0; i < openings_.size(); ++i) {
    CHECK(openings_[i].entry < entries_.size());
    std::size_t slot = first_slot(openings_[i].digest, slots_.size());
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = i + 1;
  }
}

const KeyTable::Opening* KeyTable::find(const store::Digest& digest) const {
  std::size_t slot = first_slot(digest, slots_.size());
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const Opening& opening = openings_[slots_[slot] - 1];
    if (equal(opening.digest, digest)) return &opening;
  }
  return nullptr;
}

std::expected<const KeyEntry*, Errc> KeyTable::authenticate(const store::Digest& digest,
                                                            const Address& peer,
                                                            WallTime now) const {
  const Opening* opening = find(digest);
  if (opening == nullptr) return std::unexpected(Errc::invalid_token);
  if (opening->valid_until && now >= *opening->valid_until) {
    return std::unexpected(Errc::invalid_token);
  }
  const KeyEntry& entry = entries_[opening->entry];
  const auto& expires_at = entry.grant.expires_at;
  if (expires_at && now >= *expires_at) return std::unexpected(Errc::invalid_token);
  if (entry.disabled || !is_inside(peer, entry.networks)) return std::unexpected(Errc::forbidden);
  return &entry;
}

}  // namespace weir::auth
