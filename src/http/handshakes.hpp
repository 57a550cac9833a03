/// The TLS handshakes of one thread: bounded in time, and in number once they need work. A client
/// that has not sent a complete record costs no more than its socket.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>

#include "base/snapshot.hpp"
#include "http/settings.hpp"
#include "http/stages.hpp"
#include "net/deadline.hpp"
#include "net/socket.hpp"
#include "net/tls_session.hpp"
#include "telemetry/metrics.hpp"

namespace weir::http {

/// A handshake that may be given up for another.
struct HandshakeView {
  bool answered;  ///< the ClientHello was complete
  bool unread;    ///< bytes wait to be read: the client is waiting for this server
  MonotonicClock::duration age;
};

/// The handshake to give up when a thread has reached its bound: the first with an incomplete
/// ClientHello, however young; else the first that has waited for its client for a quarter of a
/// second. Pure.
[[nodiscard]] std::optional<std::size_t> choose_handshake(
    std::span<const HandshakeView> oldest_first);

/// Counts by outcome; shared by the threads of a server.
struct HandshakeCounts {
  telemetry::Counter* completed = nullptr;
  telemetry::Counter* failed = nullptr;
  telemetry::Counter* timed_out = nullptr;
  telemetry::Counter* refused = nullptr;
  telemetry::Counter* not_tls = nullptr;
};

/// The result of one handshake.
struct Handshaken {
  std::unique_ptr<net::TlsSession> session;  ///< null: none
  bool plain_http = false;                   ///< the client speaks HTTP without TLS
  bool yielded = false;                      ///< the server is full, and the place went to another
                                             ///< connection
};

/// Threads:  one I/O thread.
/// Lifetime: outlives its tasks.
class Handshakes {
 public:
  using Contexts = Snapshot<net::TlsContext>;
  /// At most `most` handshakes may have sent a complete record and not be done.
  Handshakes(const TlsListenerSettings& settings, std::size_t most, const Contexts& contexts,
             net::DeadlineSweeper& sweeper, Stages& stages, HandshakeCounts& counts)
      : settings_(settings),
        most_(most),
        contexts_(contexts),
        sweeper_(sweeper),
        stages_(stages),
        counts_(counts) {}

  /// `socket`: outlives the task.
  [[nodiscard]] net::Task<Handshaken> shake(net::Socket& socket);
  /// Ends all handshakes.
  void abort();

 private:
  enum class Ended : std::uint8_t { no, timed_out, refused, yielded, aborted };

  struct One;
  using List = std::list<One>;

  struct One final : net::Deadline, Staged {
    One(net::DeadlineSweeper& sweeper, net::Socket& of, List& list)
        : Deadline(sweeper), socket(of), in(&list) {}
    void on_expired() override { end(Ended::timed_out); }
    bool yield() override;
    void end(Ended how);
    [[nodiscard]] bool has_unread() const;
    net::Socket& socket;
    List* in;
    MonotonicTime since = monotonic_now();  ///< when it entered that list
    Ended ended = Ended::no;
  };

  /// Moves it to the end of `list`.
  static void move(List::iterator place, List& list);
  /// True if there is room for one more, after giving another up if necessary.
  [[nodiscard]] bool make_room();
  [[nodiscard]] net::Task<Handshaken> run(List::iterator place);
  [[nodiscard]] static net::Task<bool> wait(One& one, net::Socket::wait_type what);
  void count(const One& one, const Handshaken& made);

  const TlsListenerSettings& settings_;
  const std::size_t most_;
  const Contexts& contexts_;
  net::DeadlineSweeper& sweeper_;
  Stages& stages_;
  HandshakeCounts& counts_;
  // Each handshake is in one of these, oldest first.
  List waiting_;   ///< without a complete record, or ending
  List hello_;     ///< with an incomplete ClientHello
  List answered_;  ///< answered ones
};

}  // namespace weir::http
