/// An upstream's slot, held by a call from the start of its attempt until the upstream has done its
/// part.
#pragma once

#include <utility>

#include "upstream/slots.hpp"

namespace weir::gateway {

/// Releases the slot however the attempt ends. Lifetime: the slots outlive it.
class HeldSlot {
 public:
  HeldSlot() = default;
  HeldSlot(const HeldSlot&) = delete;
  HeldSlot& operator=(const HeldSlot&) = delete;
  ~HeldSlot() { release(); }

  /// Takes over a slot of `slots`. REQUIRES: none is held.
  void hold(upstream::Slots& slots) { slots_ = &slots; }
  void release() {
    if (slots_ != nullptr) std::exchange(slots_, nullptr)->release();
  }

 private:
  upstream::Slots* slots_ = nullptr;
};

}  // namespace weir::gateway
