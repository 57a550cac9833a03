/// The limiters of keys in use, by key id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "auth/key_entry.hpp"
#include "base/clock.hpp"
#include "limit/key_limiter.hpp"

namespace weir::auth {

/// A limiter is made when its key is first used, so that unused keys cost no memory for it, and
/// outlives the entries of its key until it has nothing in use.
///
/// Threads: any. Locks are held for a few instructions.
class LimiterPool {
 public:
  /// `windows`: where the counts of limits outlive this process; null: nowhere.
  explicit LimiterPool(const limit::WindowTable* windows);

  /// Gives the entry its limiter, with the limits of the latest state of the key.
  const std::shared_ptr<limit::KeyLimiter>& attach(const KeyEntry& entry);

  /// As attach, if the key has a limiter already: its new limits hold from now on. A revoked key
  /// has none: its calls that still run keep the last ones.
  void update(const KeyEntry& entry);

  /// Forgets limiters without use of keys that no table has. Looks at some of them each time.
  /// A key that is removed and restored within a minute keeps its counts.
  void forget_idle(MonotonicTime now);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Slot {
    std::shared_ptr<limit::KeyLimiter> limiter;
    std::uint32_t generation = 0;  ///< of the entry whose limits it has
  };

  [[nodiscard]] std::shared_ptr<limit::KeyLimiter> limiter_of(const KeyEntry& entry);
  const std::shared_ptr<limit::KeyLimiter>& attach_locked(const KeyEntry& entry);

  const limit::WindowTable* const windows_;
  const std::shared_ptr<limit::KeyLimiter> unlimited_;

  mutable std::mutex mutex_;  ///< guards what follows, and the limiters of entries
  std::unordered_map<std::string, Slot> slots_;
  std::size_t next_bucket_ = 0;
};

}  // namespace weir::auth
