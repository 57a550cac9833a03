/// The TLS handshakes under way on one listener: bounded in time and in number, and cheap until the
/// client has said something.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>

#include "base/snapshot.hpp"
#include "http/settings.hpp"
#include "net/deadline.hpp"
#include "net/socket.hpp"
#include "net/tls_session.hpp"
#include "telemetry/metrics.hpp"

namespace weir::http {

/// How many ended how; shared by the threads of a server.
struct HandshakeCounts {
  std::atomic<std::int64_t> under_way{0};
  telemetry::Counter* completed = nullptr;
  telemetry::Counter* failed = nullptr;
  telemetry::Counter* timed_out = nullptr;
  telemetry::Counter* refused = nullptr;
  telemetry::Counter* not_tls = nullptr;
};

/// What became of one.
struct Handshaken {
  std::unique_ptr<net::TlsSession> session;  ///< null: none
  bool plain_http = false;                   ///< the client speaks HTTP without TLS
};

/// Threads:  one I/O thread.
/// Lifetime: outlives its tasks.
class Handshakes {
 public:
  using Contexts = Snapshot<net::TlsContext>;
  Handshakes(const TlsListenerSettings& settings, const Contexts& contexts,
             net::DeadlineSweeper& sweeper, HandshakeCounts& counts)
      : settings_(settings), contexts_(contexts), sweeper_(sweeper), counts_(counts) {}

  /// `socket`: outlives the task.
  [[nodiscard]] net::Task<Handshaken> shake(net::Socket& socket);
  /// Ends all of them.
  void abort();

 private:
  enum class Ended : std::uint8_t { no, timed_out, refused, aborted };

  struct One final : net::Deadline {
    One(net::DeadlineSweeper& sweeper, net::Socket& of) : Deadline(sweeper), socket(of) {}
    void on_expired() override { end(Ended::timed_out); }
    void end(Ended how);
    net::Socket& socket;
    MonotonicTime began = monotonic_now();
    Ended ended = Ended::no;
  };

  /// Whether there is room for one more, if need be by ending the oldest.
  [[nodiscard]] bool make_room();
  [[nodiscard]] net::Task<Handshaken> run(One& one);
  [[nodiscard]] static net::Task<bool> wait(One& one, net::Socket::wait_type what);
  void count(const One& one, const Handshaken& made);

  const TlsListenerSettings& settings_;
  const Contexts& contexts_;
  net::DeadlineSweeper& sweeper_;
  HandshakeCounts& counts_;
  std::list<One> under_way_;  ///< oldest first
};

}  // namespace weir::http
