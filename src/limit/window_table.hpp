/// Counts of rolling windows in memory that outlives the process: a mapped file.
///
///   header │ slot │ slot │ …       a slot is one window: 128 words, each the sum of 1/126 of it
///
/// Every word is written in one step and has a checksum of its own, so that a killed process leaves
/// no half of one, and a damaged one costs only itself. Several processes may use a table at once:
/// each sees the others' charges, and two never admit more than the limit together.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "limit/journal_clock.hpp"

namespace weir::limit {

/// Identifies a window: what is counted, of whom, over what time. Never 0 or 1.
using WindowName = std::uint64_t;

/// The scope of a key, or of a key and a model, and one of its windows. The same in every build.
[[nodiscard]] std::uint64_t hash_scope(std::string_view key_id, std::string_view model);
[[nodiscard]] WindowName name_window(std::uint64_t scope, std::string_view dimension);

/// A sum that counts until the window has passed since `last`.
struct KeptCount {
  JournalTime last;
  std::int64_t cost = 0;

  bool operator==(const KeptCount&) const = default;
};

/// One window's memory. All functions are safe beside any others, of any process.
class WindowSlot {
 public:
  static constexpr std::size_t kBuckets = 128;
  /// A bucket never spans less than this part of a window, so that all that count have a place.
  static constexpr std::int64_t kParts = 126;
  /// A sum stays here once it has reached it; no limit is higher.
  static constexpr std::int64_t kMaxCost = (std::int64_t{1} << 34) - 1;

  /// The width of a bucket, in ns.
  [[nodiscard]] static constexpr std::int64_t width_of(std::chrono::nanoseconds span) {
    return (span.count() + kParts - 1) / kParts;
  }

  /// Adds to the bucket of `at`. Returns the number of changes before.
  std::uint64_t charge(std::int64_t cost, JournalTime at, std::int64_t width);
  /// Takes from the bucket of `at`, if it still exists. Returns the number of changes before.
  std::uint64_t give_back(std::int64_t amount, JournalTime at, std::int64_t width);

  /// Every count that still counts at `now`, oldest first. A time after `now` counts as `now`.
  [[nodiscard]] std::vector<KeptCount> counts(JournalTime now, std::chrono::nanoseconds span) const;

  [[nodiscard]] WindowName name() const { return name_.load(std::memory_order_relaxed); }
  /// Different after any change of another process.
  [[nodiscard]] std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }

 private:
  friend class WindowTable;

  [[nodiscard]] bool idle(JournalTime now) const;
  void clear(std::chrono::nanoseconds span);

  std::atomic<WindowName> name_;
  std::atomic<std::uint64_t> changes_;
  std::atomic<std::int64_t> span_;  ///< ns
  alignas(64) std::array<std::atomic<std::uint64_t>, kBuckets> buckets_;
};
static_assert(sizeof(WindowSlot) == 1088);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Why memory is not a table.
enum class TableFault : std::uint8_t {
  empty,    ///< zeros: it was never used
  foreign,  ///< something else, or a damaged header
  version,  ///< of another version of the format
  cut,      ///< smaller than it was made
};

/// Threads:  any.
/// Lifetime: the memory outlives it.
class WindowTable {
 public:
  static constexpr std::size_t kHeaderBytes = 4096;
  static constexpr std::size_t kMinBytes = kHeaderBytes + 16 * sizeof(WindowSlot);
  /// A year from the clock's beginning, so that no window reaches back before it.
  static constexpr JournalTime kStart{std::chrono::hours(24 * 365)};

  /// Makes an empty table of zeros. REQUIRES: at least kMinBytes, aligned to 64.
  static void format(std::span<std::byte> memory, const ClockReading& now,
                     JournalTime start = kStart);
  /// The fault of the memory; nothing if it is a table.
  [[nodiscard]] static std::optional<TableFault> check(std::span<const std::byte> memory);
  /// The bytes that a table with the header of `memory` has. REQUIRES: check found it cut.
  [[nodiscard]] static std::size_t whole_size(std::span<const std::byte> memory);
  /// Adds what still counts in another table, of any size. Returns the windows without a place.
  std::size_t add_all(const WindowTable& other, JournalTime now) const;

  /// REQUIRES: check found no fault.
  WindowTable(std::span<std::byte> memory, const ClockReading& now);

  [[nodiscard]] JournalTime time_at(MonotonicTime time) const {
    return JournalTime(time.time_since_epoch() + offset_);
  }
  [[nodiscard]] MonotonicTime monotonic_at(JournalTime time) const {
    return MonotonicTime(time.time_since_epoch() - offset_);
  }

  /// Null if it is not there.
  [[nodiscard]] WindowSlot* find(WindowName name) const;
  /// Null if there is no place for it: of the slots that it may use, all count for other windows.
  [[nodiscard]] WindowSlot* find_or_make(WindowName name, JournalTime now,
                                         std::chrono::nanoseconds span) const;

  /// Remembers how late it is, for the next process. `is_last`: nothing is counted after it. One
  /// thread at a time.
  void set_anchor(const ClockReading& now, bool is_last) const;
  [[nodiscard]] std::optional<ClockAnchor> anchor() const;

  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }
  [[nodiscard]] std::size_t size() const {
    return kHeaderBytes + slots_.size() * sizeof(WindowSlot);
  }

  /// Whether this process has changed a slot since the last call.
  [[nodiscard]] bool take_changed() const { return changed_.exchange(false); }
  /// Whether a window of this process had no place since the last call.
  [[nodiscard]] bool take_full() const { return full_.exchange(false); }
  void note_change() const {
    if (!changed_.load(std::memory_order_relaxed)) changed_.store(true);
  }

 private:
  std::span<std::byte> header_;
  std::span<WindowSlot> slots_;
  std::chrono::nanoseconds offset_{0};
  mutable std::atomic<bool> changed_ = false;
  mutable std::atomic<bool> full_ = false;
};

}  // namespace weir::limit
