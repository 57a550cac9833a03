/// Fair scheduling on a busy thread: requests in progress run before new ones.
///
/// The system reports sockets in the order of their events. Behind thousands of requests, the
/// answer that a call waits for would come last; each request before it would begin a call of its
/// own, and all their memory and connections would be in use at the same time.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "net/socket.hpp"
#include "net/suspend.hpp"
#include "net/task.hpp"

namespace weir::net {

/// Threads:  the executor's.
/// Lifetime: outlives its tickets and waiting coroutines.
class FairQueue {
 public:
  /// Others wait while this many are in progress.
  static constexpr std::size_t kMaxConcurrent = 64;
  /// This many run per turn, however many are in progress.
  static constexpr std::size_t kAtLeast = 8;

  /// Holds a place among those in progress for as long as it lives.
  class Ticket {
   public:
    Ticket() = default;
    explicit Ticket(FairQueue& queue) : queue_(&queue) { ++queue.under_way_; }
    Ticket(Ticket&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(queue_, other.queue_);
      return *this;
    }
    ~Ticket() { give_up(); }

    void give_up() {
      if (auto* queue = std::exchange(queue_, nullptr)) --queue->under_way_;
    }

   private:
    FairQueue* queue_ = nullptr;
  };

  explicit FairQueue(Executor executor) : executor_(executor) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  /// True if a new request must `wait`.
  [[nodiscard]] bool crowded() const { return under_way_ >= kMaxConcurrent || !waiting_.empty(); }
  /// Waits for a turn, first come, first served. Events are polled between turns, so the wait is
  /// bounded even if the requests in progress take long.
  [[nodiscard]] Task<> wait() {
    return suspend([this](auto resume) { add(std::move(resume)); });
  }

 private:
  using Resume = std::move_only_function<void()>;

  void add(Resume resume);
  void post_turn();
  void take_turn();

  Executor executor_;
  std::deque<Resume> waiting_;
  std::size_t under_way_ = 0;
  bool posted_ = false;
};

}  // namespace weir::net
