/// A slot of an upstream, held from an attempt's beginning until the upstream has done its part.
#pragma once

#include <utility>

#include "upstream/slots.hpp"

namespace weir::gateway {

/// Releases the slot, however the attempt ends. Lifetime: the slots outlive it.
class HeldSlot {
 public:
  /// One of `slots` was taken.
  explicit HeldSlot(upstream::Slots& slots) : slots_(&slots) {}
  HeldSlot(HeldSlot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
  HeldSlot& operator=(HeldSlot&&) = delete;
  ~HeldSlot() { release(); }

  void release() {
    if (slots_ != nullptr) std::exchange(slots_, nullptr)->release();
  }

 private:
  upstream::Slots* slots_;
};

}  // namespace weir::gateway
