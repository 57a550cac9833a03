/// A connection to whichever of a server's addresses answers first.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/system/error_code.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/resolve.hpp"
#include "net/socket.hpp"

namespace weir::net {

/// Whether a connection to `endpoint` failed because this machine has no descriptor, port or memory
/// left for it: the server has no part in that.
[[nodiscard]] bool is_shortage_here(const boost::system::error_code& error,
                                    const Tcp::endpoint& endpoint);

/// Tries the addresses in their order: the next when one has failed, or has been silent for
/// kHeadStart, while that one is still waited for. A route that swallows what is sent, as IPv6
/// where it is only half set up, so costs no more than that.
///
/// Threads:      the executor's.
/// Lifetime:     outlives the task; for one connection.
/// Cancellation: `cancel`, and that of the coroutine.
/// Source:       RFC 8305 §5.
class Connector {
 public:
  /// The "connection attempt delay" that RFC 8305 §8 recommends.
  static constexpr std::chrono::milliseconds kHeadStart{250};

  struct Connected {
    Socket socket;  ///< does not block
    std::size_t index;
  };

  Connector(Executor executor, Endpoints endpoints);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();

  /// Once. Errors: upstream_unreachable; overloaded if this machine has no descriptor, port or
  /// memory left for it; deadline_exceeded, also once cancelled.
  [[nodiscard]] Task<Result<Connected>> connect(MonotonicTime deadline = MonotonicTime::max());

  /// Ends the wait, also one that has not begun.
  void cancel();

 private:
  struct Race;

  std::shared_ptr<Race> race_;  ///< with the handlers of attempts that were given up
};

}  // namespace weir::net
