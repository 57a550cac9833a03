/// Ends a wait from outside of its coroutine.
#pragma once

namespace weir::net {

/// Ends the wait that is registered with it, if there is one.
///
/// Threads:  one.
/// Lifetime: outlives its waits.
class Interrupt {
 public:
  /// A wait that can end before its time.
  struct Wait {
    /// The coroutine goes on, but not within this call.
    virtual void interrupt() = 0;

   protected:
    ~Wait() = default;
  };

  /// Registers a wait, which outlives it, as long as it lives. REQUIRES: no other is registered.
  class Scope {
   public:
    Scope(Interrupt& interrupt, Wait& wait) : interrupt_(interrupt) { interrupt_.wait_ = &wait; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { interrupt_.wait_ = nullptr; }

   private:
    Interrupt& interrupt_;
  };

  /// A later wait is not affected.
  void fire() {
    if (wait_ != nullptr) wait_->interrupt();
  }

 private:
  Wait* wait_ = nullptr;
};

}  // namespace weir::net
