#include "auth/key_shard.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "auth/digest.hpp"

namespace weir::auth {

namespace {

/// The first slot to probe follows from it. A digest under a secret pepper is uniformly
/// distributed, and nobody can aim at a slot; the full digest decides.
std::uint32_t tag_of(const store::Digest& digest) {
  std::uint32_t tag = 0;
  std::memcpy(&tag, digest.data(), sizeof tag);
  return tag;
}

}  // namespace

void KeyShard::add(const KeyEntryPtr& entry, std::size_t secret) {
  openings_.push_back(
      {entry, tag_of(entry->secrets[secret].digest), static_cast<std::uint32_t>(secret)});
}

void KeyShard::remove(const KeyEntry& entry, std::size_t secret) {
  const auto found = std::ranges::find_if(openings_, [&](const Opening& opening) {
    return opening.entry.get() == &entry && opening.secret == secret;
  });
  if (found == openings_.end()) return;
  std::swap(*found, openings_.back());
  openings_.pop_back();
}

void KeyShard::index() {
  openings_.shrink_to_fit();
  slots_ = std::vector<std::uint32_t>(std::bit_ceil(2 * openings_.size() + 1));
  for (std::uint32_t i = 0; i < openings_.size(); ++i) {
    std::size_t slot = openings_[i].tag & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = i + 1;
  }
}

KeyMatch KeyShard::find(const store::Digest& digest) const {
  const auto tag = tag_of(digest);
  std::size_t slot = tag & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const Opening& opening = openings_[slots_[slot] - 1];
    if (opening.tag != tag) continue;
    const KeyEntry::Secret& secret = opening.entry->secrets[opening.secret];
    if (equal(secret.digest, digest)) return {opening.entry.get(), &secret};
  }
  return {};
}

KeyEntryPtr KeyShard::find(std::string_view id) const {
  const auto found =
      std::ranges::find(openings_, id, [](const Opening& opening) { return opening.entry->id(); });
  return found == openings_.end() ? nullptr : found->entry;
}

}  // namespace weir::auth
