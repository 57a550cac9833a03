/// The wait of a call for memory, for its body or for a copy of it, while its client sends nothing
/// more.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/held_bytes.hpp"
#include "http/client_stream.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"

namespace weir::gateway {

/// Threads:      the client's; memory may be released by any.
/// Cancellation: ends when the client leaves or the server stops.
class BodyWait final : private BodyMemory::Waiter, private http::ClientStream::DisconnectObserver {
 public:
  /// Memory for `bytes` of a body that has not begun to be read is promised; for one that has, it
  /// is held. Both outlive it.
  /// `kept`: what the call holds meanwhile.
  BodyWait(http::ClientStream& client, HeldBytes& held, std::int64_t bytes, bool has_begun,
           std::int64_t kept);

  struct Patience {
    MonotonicTime until;
    /// So often it looks whether waiting is of use.
    std::chrono::milliseconds step;
  };
  /// True: go on. A body that has not begun goes on as well if others were promised memory that
  /// they have not used: the one that has waited longest, once in a step. False: there will be no
  /// memory in time: calls that wait for more hold too much of it, or the time is over. Errors:
  /// client_left, stopping.
  [[nodiscard]] net::Task<Result<bool>> watch_and_wait(Patience patience);
  /// The same while another watches the client, and cancels the wait if it leaves.
  [[nodiscard]] net::Task<Result<bool>> wait(Patience patience);
  void cancel(Errc why) { end(why); }

 private:
  // Outlives the wait, for a notification still on its way from another thread.
  struct State {
    explicit State(net::Executor executor) : timer(executor) {}
    net::Timer timer;
    bool granted = false;
  };

  void granted() noexcept override;
  void client_left() override { end(Errc::client_left); }
  void must_end() override { end(Errc::stopping); }
  void end(Errc why);
  void note();

  http::ClientStream& client_;
  HeldBytes& held_;
  const std::int64_t bytes_;
  const bool has_begun_;
  net::Executor executor_;
  std::shared_ptr<State> state_;
  Errc ended_{};
  bool is_over_ = false;
};

}  // namespace weir::gateway
