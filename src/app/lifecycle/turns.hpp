/// For what the coroutines of a thread do one at a time.
#pragma once

#include <chrono>
#include <memory>

#include "net/socket.hpp"
#include "net/task.hpp"

namespace weir::app {

/// Threads:  one.
/// Lifetime: outlives its turns.
class Turns {
  struct End {
    void operator()(Turns* turns) const { turns->is_taken_ = false; }
  };

 public:
  /// Its destruction ends the turn.
  using Turn = std::unique_ptr<Turns, End>;

  /// Waits while another has a turn.
  [[nodiscard]] net::Task<Turn> take() {
    while (is_taken_) co_await net::wait_for(kPoll);
    is_taken_ = true;
    co_return Turn(this);
  }

 private:
  static constexpr std::chrono::milliseconds kPoll{5};

  bool is_taken_ = false;
};

}  // namespace weir::app
