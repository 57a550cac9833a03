/// The bound on the memory of all calls' bodies and long events, and the queue of bodies that find
/// it full.
///
/// A large body is promised its announced length before it is read, so that bodies that are read at
/// the same time do not fill the memory with their beginnings, of which none could be completed.
/// A promise makes others wait, but refuses nobody: bytes that were announced may never come.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include <boost/intrusive/list.hpp>

#include "base/clock.hpp"
#include "upstream/settings.hpp"

namespace weir::gateway {

/// Cost:     one atomic operation for what is held, unless there are waiters.
/// Threads:  any.
/// Lifetime: outlives what is held and the waiters in its queue.
class BodyMemory {
 public:
  /// A need for `bytes` within the bound `most`.
  struct Need {
    std::int64_t bytes;
    std::int64_t most;
    /// More of a body that has begun: it goes first, regards no promises, and waits for none that
    /// needs more.
    bool has_begun = false;
    /// Bytes that its call holds and keeps while it waits.
    std::int64_t kept = 0;
  };

  /// One body's place in the queue; the caller owns the memory.
  ///
  /// Lifetime: not destroyed while queued; call leave() first.
  class Waiter : public boost::intrusive::list_base_hook<> {
   public:
    explicit Waiter(Need need) : need_(need) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// The need is met: held if the body has begun, promised otherwise. Runs on the thread that
    /// released memory, with the queue locked: it must only notify the waiter's own thread.
    virtual void granted() noexcept = 0;

   protected:
    ~Waiter() = default;

   private:
    friend class BodyMemory;
    const Need need_;
  };

  BodyMemory() = default;
  BodyMemory(const BodyMemory&) = delete;
  BodyMemory& operator=(const BodyMemory&) = delete;
  ~BodyMemory();

  /// The bound if calls.buffer_bytes does not state one. Threads: start-up only, before any call.
  void set_default(std::int64_t bytes) { default_ = bytes; }
  /// calls.buffer_bytes, or else the default, with room for one body at least.
  [[nodiscard]] std::int64_t bound(const upstream::Settings& settings) const;

  [[nodiscard]] std::int64_t held() const { return held_.load(std::memory_order_relaxed); }
  /// How many are queued.
  [[nodiscard]] int waiting() const { return waiting_.load(); }
  /// False: `most` would be exceeded, and nothing was counted.
  [[nodiscard]] bool hold(std::int64_t bytes, std::int64_t most);
  void release(std::int64_t bytes);

  /// Promises memory if what is held and promised leaves room, and nobody waits.
  [[nodiscard]] bool try_promise(std::int64_t bytes, std::int64_t most);
  void end_promise(std::int64_t bytes);

  /// True: the need is met at once. False: queued; granted() will be called, unless leave() comes
  /// first. REQUIRES: `waiter` is not queued.
  [[nodiscard]] bool enqueue(Waiter& waiter);
  /// True if no waiting body that has begun would get its memory even if all that do not wait
  /// released theirs: none of them ever will, unless one leaves.
  [[nodiscard]] bool is_stuck();
  /// Promises memory to a body that has not begun, though others that were promised it have not
  /// used it: to the first in the queue, and at most once in `step`, if what is held leaves room.
  /// True: the need is met and the waiter is out of the queue, without granted().
  [[nodiscard]] bool try_begin(Waiter& waiter, MonotonicTime now, MonotonicClock::duration step);
  /// Leaves the queue. False: granted() was called first and has returned.
  [[nodiscard]] bool leave(Waiter& waiter);

 private:
  using Queue = boost::intrusive::list<Waiter>;

  void changed();
  void remove(Queue& queue, Waiter& waiter);  // REQUIRES: mutex_ is held
  [[nodiscard]] bool meet(const Need& need);  // REQUIRES: mutex_ is held
  void hand_out();                            // REQUIRES: mutex_ is held
  void grant(Queue& queue, Waiter& waiter);   // REQUIRES: mutex_ is held
  [[nodiscard]] Queue& queue_of(const Waiter& waiter) {
    return waiter.need_.has_begun ? begun_ : new_;
  }

  std::int64_t default_ = 0;
  // Sequentially consistent: a release and a new waiter must not miss each other.
  std::atomic<std::int64_t> held_{0};
  std::atomic<std::int64_t> promised_{0};
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::int64_t kept_ = 0;                            ///< by those in the queues; guarded by mutex_
  Queue begun_;                                      ///< guarded by mutex_
  Queue new_;                                        ///< guarded by mutex_
  MonotonicTime next_begin_ = MonotonicTime::min();  ///< by try_begin; guarded by mutex_
};

}  // namespace weir::gateway
