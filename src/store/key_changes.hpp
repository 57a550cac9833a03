/// Changes of keys, as a store tells them to a reader that keeps up with it.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/key_record.hpp"

namespace weir::store {

/// The last change that a reader has read. Only its store can interpret it.
struct KeyMark {
  std::int64_t change = 0;
  /// Drawn at random with the change: a store that was restored from a copy may count the same
  /// numbers again, for other changes.
  std::int64_t nonce = 0;

  bool operator==(const KeyMark&) const = default;
};

/// Reads keys. It calls no function of the store.
class KeyReader {
 public:
  virtual ~KeyReader() = default;

  /// All keys follow, oldest first: whatever was read before is void.
  virtual void start_over() = 0;
  /// A new or changed key as it is now; revoked ones too.
  virtual void take(KeyRecord key) = 0;
  /// A key that is not in the store any more.
  virtual void drop(std::string_view id) = 0;
};

}  // namespace weir::store
