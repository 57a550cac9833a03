/// The upstream side of a call: one connection, used for one call at a time and idle in between.
///
/// It is watched at all times, so that a server that closes, or sends bytes unasked, is noticed at
/// once and not with the next call.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/origin.hpp"
#include "http/response_parser.hpp"
#include "http/unsent.hpp"
#include "net/deadline.hpp"
#include "net/interrupt.hpp"
#include "net/peer_limits.hpp"
#include "net/resolve.hpp"
#include "net/stream.hpp"

namespace weir::http {

class TlsClient;

/// Threads:      the executor's.
/// Lifetime:     destroyed by `discard` only, which waits until the socket is no longer used.
/// Cancellation: `abort`; every wait then ends with its reason.
class ServerStream final : private net::Readiness::Watcher {
  struct Key {
    explicit Key() = default;
  };

 public:
  /// Called when an idle connection can no longer be used; may discard it.
  struct IdleObserver {
    virtual void idle_ended(ServerStream& stream) = 0;

   protected:
    ~IdleObserver() = default;
  };

  /// Called when the answer begins while the request is still being sent.
  struct EarlyAnswer {
    virtual void answered_early() = 0;

   protected:
    ~EarlyAnswer() = default;
  };

  enum class Sent : std::uint8_t { whole, partial, failed };
  static constexpr std::size_t kBuffers = 8;

  /// For make().
  ServerStream(Key, net::Executor executor, net::DeadlineSweeper& sweeper,
               std::size_t max_head_bytes);
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  ~ServerStream();

  struct Deleter {
    void operator()(ServerStream* stream) const;
  };
  using Ptr = std::unique_ptr<ServerStream, Deleter>;
  static Ptr make(net::Executor executor, net::DeadlineSweeper& sweeper,
                  std::size_t max_head_bytes);

  /// Connects; returns the index of the endpoint (net/connect.hpp). `tls` null: plain; `origin` and
  /// `tls` outlive the task.
  /// Errors: upstream_unreachable, upstream_tls_failed, or why it was aborted; overloaded if this
  /// machine has no descriptor, port or memory left.
  [[nodiscard]] net::Task<Result<std::size_t>> connect(net::Endpoints endpoints,
                                                       const Origin& origin, TlsClient* tls);

  /// REQUIRES: connected.
  void limit_peer(const net::PeerLimits& limits) { net::limit_peer(stream_.socket(), limits); }
  /// Ends pending and later waits with `why`.
  void abort(Errc why);
  /// Fired by `abort`, for waits before `connect`.
  [[nodiscard]] net::Interrupt& interrupt() { return interrupt_; }
  /// Aborts at `at`.
  void arm(MonotonicTime at, Errc why);
  void disarm() { timeout_.disarm(); }
  [[nodiscard]] std::optional<Errc> aborted() const { return aborted_; }

  // A call. `begin` first.

  void begin();
  /// Sends what the kernel takes at once. `send_rest` sends the remainder, which is not copied.
  /// REQUIRES: nothing is left from before; at most kBuffers pieces.
  [[nodiscard]] Sent send(std::span<const boost::asio::const_buffer> pieces);
  /// Copies the remainder, for a caller whose pieces do not live that long.
  void keep_unsent() { unsent_.keep(); }
  /// Errors: upstream_broke, or why it was aborted.
  [[nodiscard]] net::Task<Result<>> send_rest();

  /// Waits for more of the answer. REQUIRES: `must_wait`.
  [[nodiscard]] net::Task<> read_more() { return stream_.readiness().wait(); }
  /// True if `read_more` must be awaited before the next `take_head`, or later `take_piece`: there
  /// is nothing to read, or other connections go first.
  [[nodiscard]] bool must_wait() const;
  /// True if the answer, or the connection's end, has arrived before the request was sent.
  [[nodiscard]] bool answers_early();
  /// The request asks for another protocol: status 101 is an answer, and `take_raw` comes next.
  void allow_switch() { may_switch_ = true; }
  /// True if the server has switched to it.
  [[nodiscard]] bool has_switched() const;
  /// True if the head is complete; then `head` is valid until the next suspension, and
  /// `take_unread` comes next. Interim responses (1xx) are skipped, as long as their heads together
  /// are no larger than one may be. Errors: upstream_broke, upstream_answer_invalid, or why it was
  /// aborted.
  [[nodiscard]] Result<bool> take_head();
  [[nodiscard]] const ResponseHead& head() const { return parser_.head(); }
  /// Keeps `head` valid until the next call, or release_buffers. REQUIRES: it is valid, and
  /// take_unread was called.
  void keep_head();
  /// The part of the body that arrived with the head; may be empty. Valid until the next
  /// suspension.
  /// Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::string_view> take_unread();
  /// The part of the body that arrived with the last read; may be empty. Valid until the next
  /// suspension. Errors: as take_head.
  [[nodiscard]] Result<std::string_view> take_piece();
  /// As take_unread and take_piece, of a connection that carries another protocol; its end is an
  /// error. Errors: as take_head.
  [[nodiscard]] std::string_view take_raw_unread() { return std::exchange(head_.unread, {}); }
  [[nodiscard]] Result<std::string_view> take_raw();
  /// True if the answer is complete.
  [[nodiscard]] bool done() const { return parser_.done(); }
  /// True if any byte of the answer has arrived.
  [[nodiscard]] bool has_answered() const { return has_answered_; }
  /// True if the connection has carried an earlier call.
  [[nodiscard]] bool reused() const { return calls_ > 1; }

  /// Releases what a long answer does not need. REQUIRES: the head is no longer used.
  void release_buffers() { parser_.forget_fields(); }

  /// Notifies `early`, once, if the server answers or closes while no read is pending.
  void watch_for_early_answer(EarlyAnswer& early);

  // Idleness.

  /// True if another call may follow.
  [[nodiscard]] bool reusable();
  /// REQUIRES: reusable.
  void become_idle(IdleObserver& observer, MonotonicTime until);

 private:
  struct Timeout final : net::Deadline {
    Timeout(net::DeadlineSweeper& sweeper, ServerStream& waiting)
        : Deadline(sweeper), stream(waiting) {}
    void on_expired() override;
    ServerStream& stream;
    Errc why = Errc::deadline_exceeded;
  };
  /// Checks whether the server closed right behind its last bytes.
  struct Recheck final : net::Deadline {
    Recheck(net::DeadlineSweeper& sweeper, ServerStream& listening)
        : Deadline(sweeper), stream(listening) {}
    void on_expired() override;
    ServerStream& stream;
  };

  /// The bytes of an answer's head, and those read with it.
  struct HeadBytes {
    std::size_t max_bytes;
    std::string bytes = {};         ///< of a head that arrived in more than one read
    std::string_view unread = {};   ///< part of the last read behind the head
    std::size_t interim_bytes = 0;  ///< size of the interim heads of this answer
  };
  /// Null: none.
  struct Observers {
    IdleObserver* idle = nullptr;
    EarlyAnswer* early = nullptr;
  };

  static void discard(ServerStream* stream);

  void became_ready() override;
  struct Bytes {
    std::string_view text = {};
    bool closed = false;  ///< by the server; `text` is then empty
  };
  /// The result of the last read. Errors: upstream_broke, or why it was aborted.
  [[nodiscard]] Result<Bytes> take_bytes();
  /// The client's side of the TLS handshake. Errors: as connect.
  [[nodiscard]] net::Task<Result<>> shake_hands(const Origin& origin, TlsClient& tls);
  [[nodiscard]] std::unexpected<Error> broke(const char* why) const;

  net::Stream stream_;
  net::Interrupt interrupt_;  ///< of what connecting waits for, but for the socket
  Timeout timeout_;
  Recheck recheck_;
  ResponseParser parser_;
  HeadBytes head_;
  Observers observers_;
  std::optional<Errc> aborted_;
  Unsent<kBuffers> unsent_;
  int calls_ = 0;
  bool closes_behind_ = false;  ///< the server ends the connection with this answer
  bool has_answered_ = false;
  bool may_switch_ = false;
  bool dying_ = false;
};

}  // namespace weir::http
