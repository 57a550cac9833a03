/// A body's wait for memory, while its client sends nothing more.
#pragma once

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
  BodyWait(http::ClientStream& client, HeldBytes& held, std::int64_t bytes, bool has_begun);

  /// False: the deadline has passed. Errors: client_left, stopping.
  [[nodiscard]] net::Task<Result<bool>> wait_until(MonotonicTime deadline);

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
