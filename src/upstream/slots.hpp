/// Slots for calls in flight at one upstream: a bound, and a short queue for calls that find it
/// full.
///
/// A released slot goes to the first in the queue, not to the next caller. Waiting and its time
/// limit are the caller's task: this only keeps the order.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include <boost/intrusive/list.hpp>

namespace weir::upstream {

/// Cost:     taking and releasing are one atomic operation each, unless there are waiters.
/// Threads:  any.
/// Lifetime: outlives the slots taken from it and the waiters in its queue.
class Slots {
 public:
  /// One caller's place in the queue. The caller owns the memory, so that waiting allocates
  /// nothing.
  ///
  /// Lifetime: not destroyed while queued; call leave() first.
  class Waiter : public boost::intrusive::list_base_hook<> {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// The slot now belongs to this waiter. Runs on the thread that released it, with the queue
    /// locked: it must only notify the waiter's own thread, and call nothing of Slots.
    virtual void granted() noexcept = 0;

   protected:
    ~Waiter() = default;
  };

  enum class Place : std::uint8_t {
    taken,    ///< a slot became free and is the caller's; granted() will not be called
    queued,   ///< granted() will be called, unless leave() comes first
    refused,  ///< the queue is full
  };

  /// `limit` 0 means no bound. REQUIRES: limit >= 0, queue >= 0.
  Slots(int limit, int queue) : limit_(limit), queue_limit_(queue) {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots();

  /// Takes a slot if one is free and nobody waits for it. release() returns it.
  [[nodiscard]] bool try_take();

  /// True if try_take() would refuse: for choosing among upstreams.
  [[nodiscard]] bool is_full() const;

  /// For a caller that try_take() refused. REQUIRES: `waiter` is not queued.
  [[nodiscard]] Place enqueue(Waiter& waiter);

  /// Leaves the queue. False: granted() was called first and has returned; the caller has the slot
  /// and must use or release it.
  [[nodiscard]] bool leave(Waiter& waiter);

  /// Returns one slot.
  void release();

  /// Takes effect at once. A higher limit admits waiters; a lower one revokes nothing. Waiters stay
  /// in a queue that became shorter.
  void configure(int limit, int queue);

  [[nodiscard]] int in_flight() const {
    return in_flight_in(state_.load(std::memory_order_relaxed));
  }
  /// Calls in flight and waiting.
  [[nodiscard]] int demand() const {
    const State state = state_.load(std::memory_order_relaxed);
    return in_flight_in(state) + waiting_in(state);
  }
  [[nodiscard]] int waiting() const { return waiting_in(state_.load(std::memory_order_relaxed)); }

 private:
  // Both counts share one word, so that no release is missed between reading one and changing the
  // other.
  using State = std::uint64_t;
  static constexpr State kOneInFlight = 1;
  static constexpr State kOneWaiting = State{1} << 32;
  static constexpr int in_flight_in(State state) { return static_cast<int>(state & 0x7FFF'FFFF); }
  static constexpr int waiting_in(State state) { return static_cast<int>(state >> 32); }

  [[nodiscard]] bool has_room(State state) const;
  void hand_out();  // REQUIRES: mutex_ is held

  std::atomic<State> state_{0};  ///< the waiting half changes under mutex_ only
  std::atomic<int> limit_;
  std::mutex mutex_;
  int queue_limit_;                       ///< guarded by mutex_
  boost::intrusive::list<Waiter> queue_;  ///< guarded by mutex_
};

}  // namespace weir::upstream
