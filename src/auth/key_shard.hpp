/// Look-up of keys by the digests of their texts: one part of a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
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

  /// Cost: about 50 ns; allocates nothing.
  [[nodiscard]] KeyMatch find(const store::Digest& digest) const;
  /// The key with this id; null: none is here. Cost: a look at all.
  [[nodiscard]] KeyEntryPtr find(std::string_view id) const;

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
