/// One key of a table: how it authenticates, and what it may do.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "auth/key_terms.hpp"
#include "base/clock.hpp"
#include "limit/key_limiter.hpp"
#include "store/key_record.hpp"

namespace weir::auth {

class LimiterPool;

/// Small, for there may be millions: about 250 bytes with its place in the table. Immutable once it
/// is in a table; a change of the key makes another entry.
///
/// Threads:  any.
/// Lifetime: as long as a table has it; its LimiterPool outlives it.
struct KeyEntry : boost::intrusive_ref_counter<KeyEntry> {
  struct Secret {
    store::Digest digest;
    WallTime valid_until = WallTime::max();
  };

  KeyEntry(std::string_view id, std::string_view name);

  /// "key_…" from the store, "config:<name>" from the config file.
  [[nodiscard]] std::string_view id() const { return std::string_view(text_).substr(0, id_size_); }
  [[nodiscard]] std::string_view name() const { return std::string_view(text_).substr(id_size_); }
  /// Constant for a key across rotations and restarts, and never reused for another. Not for
  /// clients and not displayed.
  [[nodiscard]] std::string_view identity() const {
    return own_identity ? std::string_view(*own_identity) : id();
  }
  [[nodiscard]] const Permission& permission() const { return *terms->permission; }

  /// The only limiter of this key id, across tables and secrets; keys without limits share one.
  /// Cost: a load, except for the first use.
  [[nodiscard]] const std::shared_ptr<limit::KeyLimiter>& limiter() const;

  boost::container::small_vector<Secret, 1> secrets;
  WallTime expires_at = WallTime::max();
  KeyTermsPtr terms;  ///< null for a revoked key
  /// For a config key, whose name may be given to a new text: the digest of its text.
  std::unique_ptr<const std::string> own_identity;
  LimiterPool* limiters = nullptr;
  /// Higher for a later state of the same key.
  std::uint32_t generation = 0;
  store::KeyState state = store::KeyState::active;

 private:
  friend class LimiterPool;

  mutable std::atomic<bool> has_limiter_ = false;
  std::uint32_t id_size_;
  std::string text_;  ///< id and name
  mutable std::shared_ptr<limit::KeyLimiter> limiter_;
};

using KeyEntryPtr = boost::intrusive_ptr<const KeyEntry>;

}  // namespace weir::auth
