/// The server's side of a call: one connection to an upstream, used for a call at a time and idle
/// in between.
///
/// It is listened to at all times, so that a server that leaves, or speaks unasked, is noticed when
/// it happens and not with the next call.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/origin.hpp"
#include "http/response_parser.hpp"
#include "http/unsent.hpp"
#include "net/deadline.hpp"
#include "net/pending_read.hpp"
#include "net/readiness.hpp"
#include "net/resolve.hpp"
#include "net/socket.hpp"

namespace weir::net {
class Connector;
}

namespace weir::http {

class TlsClient;

/// Threads:      the executor's.
/// Lifetime:     destroyed by `discard` only, which waits until the socket is no longer used.
/// Cancellation: `abort`; every wait then ends with its reason.
class ServerStream final : private net::Readiness::Watcher, private net::PendingRead::Watcher {
  struct Key {
    explicit Key() = default;
  };

 public:
  /// Told when an idle connection has become useless; may discard it.
  struct Idler {
    virtual void idle_ended(ServerStream& stream) = 0;

   protected:
    ~Idler() = default;
  };

  /// Told when the answer begins while the request is still being sent.
  struct EarlyAnswer {
    virtual void answered_early() = 0;

   protected:
    ~EarlyAnswer() = default;
  };

  enum class Sent : std::uint8_t { whole, in_part, failed };
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

  /// Gives the index of the endpoint it is connected to (net/connect.hpp). `tls` null: plain;
  /// `origin` and `tls` outlive the task.
  /// Errors: upstream_unreachable, upstream_tls_failed, or why it was aborted; overloaded if this
  /// machine has no descriptor, port or memory left for it.
  [[nodiscard]] net::Task<Result<std::size_t>> connect(net::Endpoints endpoints,
                                                       const Origin& origin, TlsClient* tls);

  /// Ends what is waited for, now and from now on.
  void abort(Errc why);
  /// Aborts at `at`.
  void arm(MonotonicTime at, Errc why);
  void disarm() { timeout_.disarm(); }
  [[nodiscard]] std::optional<Errc> aborted() const { return aborted_; }

  // A call. `begin` first.

  void begin();
  /// Sends at once what the kernel takes. What is left over, in place, goes out with `send_rest`.
  /// REQUIRES: nothing is left over from before; at most kBuffers pieces.
  [[nodiscard]] Sent send(std::span<const boost::asio::const_buffer> pieces);
  /// Copies what is left over, for a caller whose pieces do not stay.
  void keep_unsent() { unsent_.keep(); }
  /// Errors: upstream_broke, or why it was aborted.
  [[nodiscard]] net::Task<Result<>> send_rest();

  /// Waits for more of the answer. REQUIRES: `must_wait`.
  [[nodiscard]] net::Task<> read_more();
  /// Whether `read_more` comes before the next `take_head`, or later `take_piece`: nothing is here,
  /// or others have their turn first.
  [[nodiscard]] bool must_wait() const;
  /// Whether the answer, or its end, is here before anybody asked for it.
  [[nodiscard]] bool answers_early();
  /// Whether the head is whole; then `head` is valid until the next suspension, and `take_unread`
  /// is next. Interim responses (1xx) are skipped, as long as all their heads together are no
  /// larger than one may be. Errors: upstream_broke, upstream_answer_invalid, or why it was
  /// aborted.
  [[nodiscard]] Result<bool> take_head();
  [[nodiscard]] const ResponseHead& head() const { return parser_.head(); }
  /// What came of the body with the head; may be empty. Valid until the next suspension.
  /// Errors: upstream_answer_invalid.
  [[nodiscard]] Result<std::string_view> take_unread();
  /// What came of the body with the last read; may be empty. Valid until the next suspension.
  /// Errors: as take_head.
  [[nodiscard]] Result<std::string_view> take_piece();
  /// Whether the answer is complete.
  [[nodiscard]] bool done() const { return parser_.done(); }
  /// Whether anything of the answer has come.
  [[nodiscard]] bool has_answered() const { return has_answered_; }
  /// Whether this is not the connection's first call.
  [[nodiscard]] bool reused() const { return calls_ > 1; }

  /// Gives back what an answer that takes long does not need. REQUIRES: the head was seen to.
  void slim_down() { parser_.forget_fields(); }

  /// Tells `early`, once, when the server answers, or leaves, before anybody waits for it.
  void watch_for_early_answer(EarlyAnswer& early);

  // Idleness.

  /// Whether another call may follow.
  [[nodiscard]] bool reusable();
  /// REQUIRES: reusable.
  void become_idle(Idler& idler, MonotonicTime until);

 private:
  struct Timeout final : net::Deadline {
    Timeout(net::DeadlineSweeper& sweeper, ServerStream& waiting)
        : Deadline(sweeper), stream(waiting) {}
    void on_expired() override;
    ServerStream& stream;
    Errc why = Errc::deadline_exceeded;
  };
  /// Looks whether the server closed together with its last bytes.
  struct Recheck final : net::Deadline {
    Recheck(net::DeadlineSweeper& sweeper, ServerStream& listening)
        : Deadline(sweeper), stream(listening) {}
    void on_expired() override;
    ServerStream& stream;
  };
  struct Tls;

  static void discard(ServerStream* stream);

  void became_ready() override;
  void read_ended() override { became_ready(); }
  [[nodiscard]] bool is_used() const;
  struct Bytes {
    std::string_view text = {};
    bool closed = false;  ///< by the server; there is no text then
  };
  /// What the last read brought. Errors: upstream_broke, or why it was aborted.
  [[nodiscard]] Result<Bytes> take_bytes();
  [[nodiscard]] Result<Bytes> take_tls_bytes();
  [[nodiscard]] std::unexpected<Error> broke(const char* why) const;

  net::Socket socket_;
  net::Readiness readiness_;  ///< of a plain connection
  std::unique_ptr<Tls> tls_;
  net::Connector* connector_ = nullptr;  ///< while it connects
  Timeout timeout_;
  Recheck recheck_;
  const std::size_t max_head_bytes_;
  ResponseParser parser_;
  Idler* idler_ = nullptr;
  EarlyAnswer* early_ = nullptr;
  std::optional<Errc> aborted_;
  std::string head_bytes_;   ///< of a head that came in more than one read
  std::string_view unread_;  ///< of the last read, behind the head
  Unsent<kBuffers> unsent_;
  std::size_t interim_bytes_ = 0;  ///< of this answer's heads before its final one
  int calls_ = 0;
  bool closes_behind_ = false;  ///< the server ends the connection with this answer
  bool has_answered_ = false;
  bool dying_ = false;
};

}  // namespace weir::http
