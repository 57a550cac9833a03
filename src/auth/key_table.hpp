/// All keys that are valid now, for look-up in memory. Immutable; replaced as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "auth/network.hpp"
#include "auth/permission.hpp"
#include "base/clock.hpp"
#include "base/errc.hpp"
#include "limit/key_limiter.hpp"
#include "store/key_record.hpp"

namespace weir::auth {

struct KeyEntry {
  std::string id;  ///< "key_…" from the store, "config:<name>" from the config file
  std::string name;
  /// Constant for a key across rotations and restarts, and never reused for another: the id of a
  /// stored key; for a config key the digest of its text, since its name may be given to a new
  /// text. Not for clients and not displayed.
  std::string identity;
  bool disabled = false;
  store::KeyGrant grant;
  std::vector<Network> networks;                 ///< those of the grant, parsed
  std::shared_ptr<const Permission> permission;  ///< that of the grant, shared
  /// The only limiter of this key id, across tables and secrets.
  std::shared_ptr<limit::KeyLimiter> limiter;
};

/// Threads:  any; each with a Digester of its own.
/// Lifetime: an entry lives as long as its table; to keep an entry, keep the table.
class KeyTable {
 public:
  /// A digest that authenticates as an entry. An entry has several during a rotation.
  struct Opening {
    store::Digest digest;
    std::uint32_t entry;
    std::optional<WallTime> valid_until;
  };

  /// A table that accepts no key.
  KeyTable() : KeyTable({}, {}) {}
  /// REQUIRES: digests differ; entries are within range.
  KeyTable(std::vector<KeyEntry> entries, std::vector<Opening> openings);

  /// The entry that this digest authenticates (auth/presented_key.hpp).
  /// Errors: invalid_token for an unknown, expired or replaced key; forbidden for a known key that
  /// is disabled or used from outside its networks. Cost: about 50 ns; allocates nothing.
  [[nodiscard]] std::expected<const KeyEntry*, Errc> authenticate(const store::Digest& digest,
                                                                  const Address& peer,
                                                                  WallTime now) const;

  [[nodiscard]] const std::vector<KeyEntry>& entries() const { return entries_; }

 private:
  [[nodiscard]] const Opening* find(const store::Digest& digest) const;

  std::vector<KeyEntry> entries_;
  std::vector<Opening> openings_;
  /// Open addressing: index of an opening plus 1, or 0. At most half full.
  std::vector<std::uint32_t> slots_;
};

}  // namespace weir::auth
