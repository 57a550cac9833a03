/// Look-up of keys by the digests of their texts: one part of a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "auth/key_entry.hpp"
#include "store/key_record.hpp"

namespace weir::auth {

/// A key and the one of its secrets that was presented.
struct KeyMatch {
  const KeyEntry* entry = nullptr;  ///< null: none
  const KeyEntry::Secret* secret = nullptr;
};

/// Threads: any for a shard that is in a table, which nobody changes.
class KeyShard : public boost::intrusive_ref_counter<KeyShard> {
 public:
  /// REQUIRES: no other entry of the shard has the digest of this secret.
  void add(const KeyEntryPtr& entry, std::size_t secret);
  void remove(const KeyEntry& entry, std::size_t secret);
  /// To be called after the last change.
  void index();

  /// Calls `visit` once for each key whose first secret is here.
  void visit(const std::function<void(const KeyEntry&)>& visit) const;

  /// Cost: about 50 ns; allocates nothing.
  [[nodiscard]] KeyMatch find(const store::Digest& digest) const;

 private:
  struct Opening {
    KeyEntryPtr entry;
    std::uint32_t tag;  ///< bits of the digest, so that most others are told apart by it
    std::uint32_t secret;
  };

  std::vector<Opening> openings_;
  /// Open addressing: index of an opening plus 1, or 0. At most half full.
  std::vector<std::uint32_t> slots_;
};

using KeyShardPtr = boost::intrusive_ptr<const KeyShard>;

}  // namespace weir::auth
