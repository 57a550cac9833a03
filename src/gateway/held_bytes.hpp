/// One call's share of the memory of bodies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "gateway/body_memory.hpp"

namespace weir::gateway {

/// Releases its bytes on destruction. Threads: one at a time; the memory is shared.
class HeldBytes {
 public:
  /// `memory`: of all calls; outlives it. `most`: what all of them may hold.
  HeldBytes(BodyMemory& memory, std::int64_t most) : memory_(memory), most_(most) {}
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;
  ~HeldBytes() {
    end_promise();
    if (held_ != 0) memory_.release(held_);
  }

  /// Whether there is room for so many now. It takes none: what is announced may never come.
  [[nodiscard]] bool has_room(std::uint64_t bytes) const {
    const auto room = most_ - memory_.held();
    return room >= 0 && bytes <= static_cast<std::uint64_t>(room);
  }
  /// Takes them from what was promised, as far as it goes. False: the bound is reached, and nothing
  /// was counted.
  [[nodiscard]] bool add(std::size_t bytes) {
    const auto size = static_cast<std::int64_t>(bytes);
    if (!memory_.hold(size, most_)) return false;
    note_held(size);
    return true;
  }
  /// Takes them beside what was promised, from what nobody was promised. False: there is no such
  /// room, and nothing was counted.
  [[nodiscard]] bool add_unpromised(std::size_t bytes) {
    const auto size = static_cast<std::int64_t>(bytes);
    if (!try_promise(size)) return false;
    if (add(bytes)) return true;
    give_up(size);
    return false;
  }
  /// Holds what `other` holds of the same memory, which then holds nothing.
  void take_over(HeldBytes& other) { held_ += std::exchange(other.held_, 0); }
  /// REQUIRES: at least so many are held.
  void release(std::size_t bytes) {
    const auto size = static_cast<std::int64_t>(bytes);
    held_ -= size;
    memory_.release(size);
  }
  /// Holds `bytes` instead of those so far. False: the bound is reached, and nothing changed.
  [[nodiscard]] bool resize(std::size_t bytes) {
    const auto more = static_cast<std::int64_t>(bytes) - held_;
    if (more > 0) return add(static_cast<std::size_t>(more));
    release(static_cast<std::size_t>(-more));
    return true;
  }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(held_); }

  [[nodiscard]] BodyMemory& memory() { return memory_; }
  [[nodiscard]] std::int64_t most() const { return most_; }
  /// False: others hold or were promised too much, or wait.
  [[nodiscard]] bool try_promise(std::int64_t bytes) {
    if (!memory_.try_promise(bytes, most_)) return false;
    promised_ += bytes;
    return true;
  }
  /// The memory has counted so many for it, as held.
  void note_held(std::int64_t bytes) {
    held_ += bytes;
    give_up(std::min(promised_, bytes));
  }
  /// The memory has promised it so many.
  void note_promised(std::int64_t bytes) { promised_ += bytes; }
  void end_promise() { give_up(promised_); }

 private:
  void give_up(std::int64_t promised) {
    if (promised == 0) return;
    promised_ -= promised;
    memory_.end_promise(promised);
  }

  BodyMemory& memory_;
  const std::int64_t most_;
  std::int64_t held_ = 0;
  std::int64_t promised_ = 0;
};

}  // namespace weir::gateway
