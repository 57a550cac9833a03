/// Bytes of bodies that wait in memory, counted against the bound of all calls.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weir::gateway {

/// Releases its bytes on destruction. Threads: one; the total is shared.
class HeldBytes {
 public:
  /// `total`: of all calls; outlives it. `most`: what `total` may reach.
  HeldBytes(std::atomic<std::int64_t>& total, std::int64_t most) : total_(total), most_(most) {}
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;
  ~HeldBytes() {
    if (held_ != 0) total_.fetch_sub(held_, std::memory_order_relaxed);
  }

  /// Whether there is room for so many now. It takes none: what is announced may never come.
  [[nodiscard]] bool has_room(std::uint64_t bytes) const {
    const auto room = most_ - total_.load(std::memory_order_relaxed);
    return room >= 0 && bytes <= static_cast<std::uint64_t>(room);
  }
  /// False: the bound is reached, and nothing was counted.
  [[nodiscard]] bool add(std::size_t bytes) {
    const auto size = static_cast<std::int64_t>(bytes);
    if (total_.fetch_add(size, std::memory_order_relaxed) + size > most_) {
      total_.fetch_sub(size, std::memory_order_relaxed);
      return false;
    }
    held_ += size;
    return true;
  }
  /// REQUIRES: at least so many are held.
  void release(std::size_t bytes) {
    const auto size = static_cast<std::int64_t>(bytes);
    total_.fetch_sub(size, std::memory_order_relaxed);
    held_ -= size;
  }
  /// Holds `bytes` instead of those so far. False: the bound is reached, and nothing changed.
  [[nodiscard]] bool resize(std::size_t bytes) {
    const auto more = static_cast<std::int64_t>(bytes) - held_;
    if (more > 0) return add(static_cast<std::size_t>(more));
    total_.fetch_add(more, std::memory_order_relaxed);
    held_ += more;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(held_); }

 private:
  std::atomic<std::int64_t>& total_;
  const std::int64_t most_;
  std::int64_t held_ = 0;
};

}  // namespace weir::gateway
