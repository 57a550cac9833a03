/// One window's memory in a WindowTable, and the windows that follow one another in it.
///
/// A slot is idle when nothing counts in it any more; then another window may take it. Each
/// window's time in a slot is a tenure with a number of its own. A KeptSlot belongs to one tenure:
/// it never changes or reads what is another's, and says so when its tenure has ended.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "limit/journal_clock.hpp"

namespace weir::limit {

/// Identifies a window: what is counted, of whom, over what time. Never 0.
using WindowName = std::uint64_t;

/// A sum that counts until the window has passed since `last`.
struct KeptCount {
  JournalTime last;
  std::int64_t cost = 0;

  bool operator==(const KeptCount&) const = default;
};

/// All functions are safe beside any others, of any process.
class WindowSlot {
 public:
  static constexpr std::size_t kBuckets = 128;
  /// A bucket never spans less than this part of a window, so that all that count have a place.
  static constexpr std::int64_t kParts = 126;
  /// A sum stays here once it has reached it; no limit is higher.
  static constexpr std::int64_t kMaxCost = (std::int64_t{1} << 34) - 1;
  static constexpr WindowName kFree = 0;

  /// The width of a bucket, in ns.
  [[nodiscard]] static constexpr std::int64_t width_of(std::chrono::nanoseconds span) {
    return (span.count() + kParts - 1) / kParts;
  }

  enum class Taken : std::uint8_t {
    yes,
    no,     ///< it counts for its window
    raced,  ///< its tenure has changed meanwhile
  };
  /// Begins a tenure of `name` if nothing counts here.
  [[nodiscard]] Taken take(WindowName name, JournalTime now, std::chrono::nanoseconds span);

  /// The window that it was last taken for.
  [[nodiscard]] WindowName name() const { return name_.load(std::memory_order_acquire); }
  [[nodiscard]] std::chrono::nanoseconds span() const {
    return std::chrono::nanoseconds(span_.load(std::memory_order_relaxed));
  }
  /// A process is clearing it for the next tenure, or was killed when it did.
  [[nodiscard]] bool is_being_cleared() const {
    return (tenure_.load(std::memory_order_acquire) & kPhaseMask) == kClearing;
  }

 private:
  friend class KeptSlot;

  // The tenure: its number, the number of attempts to end it, and what the last attempt is at.
  static constexpr std::uint64_t kPhaseMask = 3;
  static constexpr std::uint64_t kSettled = 0;
  static constexpr std::uint64_t kClaimed = 1;   ///< someone looks whether it is idle
  static constexpr std::uint64_t kClearing = 2;  ///< it has ended
  static constexpr std::uint64_t kAttempt = 4;
  static constexpr int kNumberShift = 32;
  static constexpr std::uint64_t kAttemptMask = (std::uint64_t{1} << kNumberShift) - 1;

  [[nodiscard]] std::vector<KeptCount> counts_of(WindowName name, JournalTime now,
                                                 std::chrono::nanoseconds span) const;
  [[nodiscard]] bool is_idle(JournalTime now) const;
  void clear(std::uint64_t number, WindowName name, std::chrono::nanoseconds span);

  std::atomic<WindowName> name_;
  std::atomic<std::uint64_t> changes_;
  std::atomic<std::int64_t> span_;  ///< ns
  std::atomic<std::uint64_t> tenure_;
  alignas(64) std::array<std::atomic<std::uint64_t>, kBuckets> buckets_;
};
static_assert(sizeof(WindowSlot) == 1088);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// A window's slot for the tenure in which it was found. Empty if it has none.
///
/// Threads:  as an int; the slot has its own rules.
/// Lifetime: the table's memory outlives it.
class KeptSlot {
 public:
  KeptSlot() = default;
  /// Empty if the slot is not the window's.
  KeptSlot(WindowSlot& slot, WindowName name);

  explicit operator bool() const { return slot_ != nullptr; }
  bool operator==(const KeptSlot&) const = default;

  /// Adds to the bucket of `at`. Returns the number of changes before; nothing if the tenure has
  /// ended: then nothing is charged.
  [[nodiscard]] std::optional<std::uint64_t> charge(std::int64_t cost, JournalTime at,
                                                    std::int64_t width) const;
  /// Takes from the bucket of `at`, if it still exists. Returns as charge.
  std::optional<std::uint64_t> give_back(std::int64_t amount, JournalTime at,
                                         std::int64_t width) const;

  /// Every count that still counts at `now`, oldest first; none if the tenure has ended. A time
  /// after `now` counts as `now`.
  [[nodiscard]] std::vector<KeptCount> counts(JournalTime now, std::chrono::nanoseconds span) const;

  /// False once the tenure has ended. REQUIRES: not empty.
  [[nodiscard]] bool is_held() const {
    const auto tenure = slot_->tenure_.load(std::memory_order_acquire);
    return tenure >> WindowSlot::kNumberShift == number_ &&
           (tenure & WindowSlot::kPhaseMask) != WindowSlot::kClearing && slot_->name() == name_;
  }
  /// Different after any change of another process. REQUIRES: not empty.
  [[nodiscard]] std::uint64_t changes() const {
    return slot_->changes_.load(std::memory_order_acquire);
  }
  /// The slot itself. REQUIRES: not empty.
  [[nodiscard]] WindowSlot& slot() const { return *slot_; }

 private:
  [[nodiscard]] bool keep() const;

  WindowSlot* slot_ = nullptr;
  WindowName name_ = WindowSlot::kFree;
  std::uint64_t number_ = 0;  ///< of the tenure
};

}  // namespace weir::limit
