/// Connects to the first of a server's addresses that answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/system/error_code.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/interrupt.hpp"
#include "net/resolve.hpp"
#include "net/socket.hpp"

namespace weir::net {

/// True if a connection to `endpoint` failed because this machine has no descriptor, port or memory
/// left, which is not the server's fault.
[[nodiscard]] bool is_shortage_here(const boost::system::error_code& error,
                                    const Tcp::endpoint& endpoint);

/// Tries the addresses in order. The next attempt begins when one has failed, or has been pending
/// for kHeadStart and stays so: a route that drops packets, such as half-configured IPv6, costs no
/// more than that.
///
/// Threads:      the executor's.
/// Lifetime:     outlives the task; for one connection.
/// Cancellation: `cancel`, and that of the coroutine.
/// Source:       RFC 8305 §5.
class Connector final : public Interrupt::Wait {
 public:
  /// The "connection attempt delay" that RFC 8305 §8 recommends.
  static constexpr std::chrono::milliseconds kHeadStart{250};

  struct Connected {
    Socket socket;  ///< non-blocking
    std::size_t index;
  };

  Connector(Executor executor, Endpoints endpoints);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();

  /// Call once. Errors: upstream_unreachable; overloaded if this machine has no descriptor, port or
  /// memory left; deadline_exceeded, also once cancelled.
  [[nodiscard]] Task<Result<Connected>> connect(MonotonicTime deadline = MonotonicTime::max());

  /// Ends the wait, or a later one at once.
  void cancel();
  void interrupt() override { cancel(); }

 private:
  struct Race;

  std::shared_ptr<Race> race_;  ///< shared with the handlers of abandoned attempts
};

}  // namespace weir::net
