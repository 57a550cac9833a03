#include "net/ticket_keys.hpp"

#include <algorithm>

#include <openssl/crypto.h>

namespace weir::net {

TicketKeys::TicketKeys(Random random) : random_(std::move(random)) {}
TicketKeys::~TicketKeys() { forget_old(MonotonicTime::max()); }

void TicketKeys::forget_old(MonotonicTime now) {
  while (!keys_.empty() && now - keys_.back().made >= kRotation + kOverlap) {
    ::OPENSSL_cleanse(&keys_.back(), sizeof(TicketKey));
    keys_.pop_back();
  }
}

std::optional<TicketKey> TicketKeys::newest(MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  if (keys_.empty() || now - keys_.front().made >= kRotation) {
    TicketKey key;
    key.made = now;
    if (!random_(key.name) || !random_(key.cipher) || !random_(key.mac)) return std::nullopt;
    keys_.push_front(key);
  }
  return keys_.front();
}

std::optional<TicketKey> TicketKeys::find(std::span<const std::uint8_t, 16> name,
                                          MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto found = std::ranges::find_if(
      keys_, [&](const TicketKey& key) { return std::ranges::equal(key.name, name); });
  return found == keys_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace weir::net
