/// Read readiness of a socket: one registration for all events, without a pending read and so
/// without a buffer.
///
/// A read that returns less than it had room for has emptied the socket, and later bytes raise an
/// event, so no read is needed to learn that there is nothing. Not always reported: a peer that
/// closes right behind its last bytes, and what comes while bytes of an earlier event are unread. A
/// caller that must know at once reads once more; others check the socket with the next sweep
/// (`peer_has_closed`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#ifdef WEIR_PUBLIC_WAIT
#include "net/detail/read_events_wait.hpp"
#else
#include "net/detail/read_events_reactor.hpp"
#endif
#include "net/socket.hpp"
#include "net/suspend.hpp"
#include "net/task.hpp"

namespace weir::net {

/// Threads:      the socket's.
/// Lifetime:     the socket outlives it; the destructor CHECKs that no event is pending: `close`,
///               and wait until it is not armed.
/// Cancellation: closing disarms it, cancelling the socket does not; both are reported like bytes.
/// Source:       docs/decisions/0023-readiness.md.
class Readiness final : private detail::ReadEvents {
 public:
  /// Called when something arrives, or the socket closes, while no coroutine waits.
  struct Watcher {
    virtual void became_ready() = 0;

   protected:
    ~Watcher() = default;
  };

  explicit Readiness(Socket& socket) : ReadEvents(socket) {}

  /// Reports events from now on. `ready`: something may have arrived already.
  /// REQUIRES: the socket is open; not armed.
  void arm(bool ready);
  /// True until the socket has closed and that was reported.
  using ReadEvents::armed;

  [[nodiscard]] bool ready() const { return ready_; }
  /// True if the caller must wait before the next read: there is nothing to read, or `turn_bytes`
  /// have been read since the last wait and other connections go first. False once the socket has
  /// closed: a read reports that.
  [[nodiscard]] bool must_wait(std::size_t turn_bytes) const {
    return !ready_ || (armed() && in_turn_bytes_ >= turn_bytes);
  }
  /// Counts bytes that were read.
  void count(std::size_t bytes) {
    in_turn_bytes_ += bytes;
    after_read();
  }
  /// A read has returned nothing, or less than it had room for.
  void drained() {
    ready_ = false;
    after_read();
  }
  /// There may be something to read after all.
  void look_again() { ready_ = true; }

  /// Waits for an event; if there is something to read already, until others have had their turn.
  /// REQUIRES: armed, and nothing else waits.
  [[nodiscard]] Task<> wait() {
    begin_wait();
    return suspend([this](auto resume) { resume_ = std::move(resume); });
  }
  /// Reports as if bytes had arrived, but not within this call.
  using ReadEvents::notify;
  /// Closes the socket. While armed, nothing else may, and it is reported, but not within this
  /// call.
  using ReadEvents::close;

  /// Null: no watcher. The callback may destroy this; nothing is accessed after it.
  void watch(Watcher* watcher) { watcher_ = watcher; }

 private:
  friend detail::ReadEvents;

  void on_event();
  void begin_wait();

  std::move_only_function<void()> resume_;
  Watcher* watcher_ = nullptr;
  std::size_t in_turn_bytes_ = 0;  ///< read since the last wait
  bool ready_ = false;
};

/// True if the peer has closed its sending side or the connection; unread bytes may be left.
[[nodiscard]] bool peer_has_closed(Socket& socket);

/// The result that a read would have.
enum class Waiting : std::uint8_t { nothing, bytes, end };
[[nodiscard]] Waiting peek(Socket& socket);

}  // namespace weir::net
