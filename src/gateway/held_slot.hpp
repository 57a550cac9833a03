/// A slot of an upstream that a call holds from its try's beginning until the upstream has done its
/// part.
#pragma once

#include <utility>

#include "upstream/slots.hpp"

namespace weir::gateway {

/// Gives the slot back, whatever becomes of the try. Lifetime: the slots outlive it.
class HeldSlot {
 public:
  HeldSlot() = default;
  HeldSlot(const HeldSlot&) = delete;
  HeldSlot& operator=(const HeldSlot&) = delete;
  ~HeldSlot() { release(); }

  /// One of `slots` was taken. REQUIRES: none is held.
  void hold(upstream::Slots& slots) { slots_ = &slots; }
  void release() {
    if (slots_ != nullptr) std::exchange(slots_, nullptr)->release();
  }

 private:
  upstream::Slots* slots_ = nullptr;
};

}  // namespace weir::gateway
