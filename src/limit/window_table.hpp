/// Counts of rolling windows in memory that outlives the process: a mapped file.
///
///   header │ slot │ slot │ …       a slot is one window: 128 words, each the sum of 1/126 of it
///
/// Every word is written in one step and has a checksum of its own, so that a killed process leaves
/// no half of one, and a damaged one costs only itself. Several processes may use a table at once:
/// each sees the others' charges, and two never admit more than the limit together.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "limit/journal_clock.hpp"
#include "limit/window_slot.hpp"

namespace weir::limit {

/// The scope of a key, or of a key and a model, and one of its windows. The same in every build.
[[nodiscard]] std::uint64_t hash_scope(std::string_view key_id, std::string_view model);
[[nodiscard]] WindowName name_window(std::uint64_t scope, std::string_view dimension);

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

  /// Empty if it is not there.
  [[nodiscard]] KeptSlot find(WindowName name) const;
  /// Empty if there is no place for it: of the slots that it may use, all count for other windows.
  [[nodiscard]] KeptSlot find_or_make(WindowName name, JournalTime now,
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
