/// Whether a socket may have something to read: told once for all that comes, without a read under
/// way and so without a buffer.
///
/// A read that finds less than it had room for has emptied the socket, and what comes after it is
/// told: nothing has to be read to learn that there is nothing. One thing can hide: a peer that
/// closed together with its last bytes. Who must know of that without delay reads once more; who
/// has time looks at the socket with the next sweep (`peer_has_closed`).
#pragma once

#include <cstddef>
#include <functional>

#include <boost/asio/detail/reactor_op.hpp>

#include "base/check.hpp"
#include "net/socket.hpp"
#include "net/suspend.hpp"
#include "net/task.hpp"

namespace weir::net {

/// Threads:      the socket's.
/// Lifetime:     the socket outlives it; the destructor CHECKs that it is not armed: close the
///               socket and wait for that first.
/// Cancellation: closing the socket disarms it, cancelling it does not; both are told like bytes.
/// Source:       docs/decisions/0023-readiness.md.
class Readiness final : private boost::asio::detail::reactor_op {
 public:
  /// Told when something comes, or the socket closes, while no coroutine waits.
  struct Watcher {
    virtual void became_ready() = 0;

   protected:
    ~Watcher() = default;
  };

  explicit Readiness(Socket& socket);
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;
  ~Readiness() { CHECK(!armed_); }

  /// From now on it is told. `ready`: whether something may be here already.
  /// REQUIRES: the socket is open; not armed.
  void arm(bool ready);
  /// Until the socket has closed and that was told.
  [[nodiscard]] bool armed() const { return armed_; }

  [[nodiscard]] bool ready() const { return ready_; }
  /// Whether to wait before the next read: nothing is here, or `turn_bytes` have been read since
  /// the last wait and others have theirs first. Never once the socket has closed: a read says so.
  [[nodiscard]] bool must_wait(std::size_t turn_bytes) const {
    return !ready_ || (armed_ && in_turn_bytes_ >= turn_bytes);
  }
  /// That many bytes have been read.
  void count(std::size_t bytes) { in_turn_bytes_ += bytes; }
  /// A read has found nothing, or less than it had room for.
  void drained() { ready_ = false; }
  /// There may be something after all.
  void look_again() { ready_ = true; }

  /// Waits until it is told; if it is ready, until others have had their turn. REQUIRES: armed, and
  /// nobody else waits.
  [[nodiscard]] Task<> wait() {
    begin_wait();
    return suspend([this](auto resume) { resume_ = std::move(resume); });
  }
  /// Tells as if something had come, though not within this call.
  void tell();

  /// Null: nobody. May destroy this in the call: nothing is touched after it.
  void watch(Watcher* watcher) { watcher_ = watcher; }

 private:
  static status perform(reactor_op* op);
  static void complete(void* owner, boost::asio::detail::operation* op,
                       const boost::system::error_code& error, std::size_t size);
  void start();
  void told();
  void begin_wait();

  Socket& socket_;
  std::move_only_function<void()> resume_;
  Watcher* watcher_ = nullptr;
  std::size_t in_turn_bytes_ = 0;  ///< read since the last wait
  bool armed_ = false;
  bool ready_ = false;
  bool starting_ = false;
};

/// Whether the peer has closed its side, or all of it; bytes of it may still wait to be read.
[[nodiscard]] bool peer_has_closed(Socket& socket);

/// What a read would find.
enum class Waiting : std::uint8_t { nothing, bytes, end };
[[nodiscard]] Waiting peek(Socket& socket);

}  // namespace weir::net
