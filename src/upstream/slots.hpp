/// Calls in flight at one upstream: a bound, and a short queue for those that find it full.
///
/// A slot that is given back goes to the first in the queue, not to whoever asks next. Waiting and
/// its time limit are the caller's: this only keeps the order.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include <boost/intrusive/list.hpp>

namespace weir::upstream {

/// Cost:     taking and giving back are one atomic operation each, unless somebody waits.
/// Threads:  any.
/// Lifetime: outlives the slots taken from it and the waiters in its queue.
class Slots {
 public:
  /// One caller's place in the queue. Its memory is the caller's, so that waiting allocates none.
  ///
  /// Lifetime: not destroyed while queued; leave() first.
  class Waiter : public boost::intrusive::list_base_hook<> {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// The slot is this waiter's now. Runs on the thread that gave the slot back, with the queue
    /// locked: it only tells the waiter's own thread, and calls nothing of Slots.
    virtual void granted() noexcept = 0;

   protected:
    ~Waiter() = default;
  };

  enum class Place : std::uint8_t {
    taken,    ///< a slot had become free: it is the caller's, granted() will not be called
    queued,   ///< granted() will be called, unless leave() comes first
    refused,  ///< the queue is full
  };

  /// `limit` 0 is no bound. REQUIRES: limit >= 0, queue >= 0.
  Slots(int limit, int queue) : limit_(limit), queue_limit_(queue) {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots();

  /// Takes a slot if one is free and nobody waits for it. What was taken is given back by
  /// release().
  [[nodiscard]] bool try_take();

  /// Whether try_take() would refuse: for choosing among upstreams.
  [[nodiscard]] bool is_full() const;

  /// For a caller whom try_take() refused. REQUIRES: `waiter` is not queued.
  [[nodiscard]] Place enqueue(Waiter& waiter);

  /// Gives up the place in the queue. False: granted() came first and has returned; the slot is the
  /// caller's to use or release.
  [[nodiscard]] bool leave(Waiter& waiter);

  /// Gives back one slot.
  void release();

  /// Takes effect at once: a higher limit lets waiters in, a lower one takes nothing back. Those
  /// who wait stay in a queue that became shorter.
  void configure(int limit, int queue);

  [[nodiscard]] int in_flight() const {
    return in_flight_in(state_.load(std::memory_order_relaxed));
  }
  [[nodiscard]] int waiting() const { return waiting_in(state_.load(std::memory_order_relaxed)); }

 private:
  // Both counts are in one word, so that no slot is freed unseen between a look at the one and a
  // change of the other.
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
