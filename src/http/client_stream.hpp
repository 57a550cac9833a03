/// The client's side of one exchange: reads the request's body, sends the answer, and reports that
/// the client has left. Both the connection's loop and a handler that answers in pieces use it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/object_pool.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "http/settings.hpp"
#include "net/deadline.hpp"
#include "net/fair_queue.hpp"
#include "net/stream.hpp"

namespace weir::http {

/// Threads:      the socket's.
/// Cancellation: closing the socket ends every wait; `close` waits until they have ended.
class ClientStream final : private net::Readiness::Watcher {
  struct ExchangeState;

 public:
  /// Called once, when the client leaves while it is watched.
  struct DisconnectObserver {
    virtual void client_left() = 0;
    /// The server is stopping and waits no longer: the last chance to tell the client.
    virtual void must_end() { client_left(); }

   protected:
    ~DisconnectObserver() = default;
  };

  /// Called when nothing has been received for a while, so that what is kept between exchanges can
  /// be released.
  struct IdleObserver {
    virtual void is_idle() = 0;

   protected:
    ~IdleObserver() = default;
  };

  enum class Sent : std::uint8_t { whole, partial, failed };

  /// Per-exchange state that an idle connection does not need, pooled per thread.
  using ExchangeStates = ObjectPool<ExchangeState>;

  /// `tls`: a session after its handshake; null: plain.
  ClientStream(net::Socket socket, std::unique_ptr<net::TlsSession> tls, const Settings& settings,
               net::DeadlineSweeper& sweeper, ExchangeStates& states, IdleObserver& observer);
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  ~ClientStream() = default;

  [[nodiscard]] net::Socket& socket() { return stream_.socket(); }
  [[nodiscard]] net::Deadline& timeout() { return timeout_; }
  /// The thread's sweeper, for other deadlines of this connection.
  [[nodiscard]] net::DeadlineSweeper& sweeper() { return sweeper_; }

  // Receiving a request: for the connection's loop.

  /// Forgets the last exchange. Bytes received after it stay.
  void next_request();
  [[nodiscard]] bool has_bytes() const { return exchange_ && exchange_->request.has_bytes(); }
  /// True if there may be something to read.
  [[nodiscard]] bool readable() const { return stream_.readiness().ready(); }
  /// True if `read_more` must be awaited before the next `take_read`: there is nothing to read, or
  /// other connections go first.
  [[nodiscard]] bool must_wait() const { return stream_.readiness().must_wait(kHeadsTurnBytes); }
  /// Waits for more bytes; `take_read` then returns the result.
  [[nodiscard]] net::Task<> read_more() { return stream_.readiness().wait(); }
  /// Reads what has arrived, possibly nothing. Errors: connection_lost, request_timeout when the
  /// timeout passed.
  [[nodiscard]] Result<> take_read();
  /// Parses the head and returns true if all of it has arrived. Errors: as MessageParser.
  [[nodiscard]] Result<bool> try_head() { return exchange_->request.try_head(); }
  [[nodiscard]] const Request& request() const { return exchange_->request.request(); }

  // The request's body.

  /// Bounds the body at `bytes` from here on. Errors: payload_too_large if more are announced.
  [[nodiscard]] Result<> limit_body(std::uint64_t bytes) {
    return exchange_->request.limit_body(bytes);
  }
  [[nodiscard]] bool body_done() const { return exchange_->request.body_done(); }
  /// As RequestReader.
  std::optional<std::string_view> take_body_at_hand() {
    return exchange_->request.take_body_at_hand();
  }
  /// The next piece without its framing; empty at the end. Valid until the next suspension.
  /// Errors: connection_lost, request_timeout, malformed_request, payload_too_large.
  [[nodiscard]] net::Task<Result<std::string_view>> next_body() { return read_body(nullptr); }
  /// As next_body, and appends the piece to `body`. If the body's length is known, the piece is
  /// read directly into `body`; the more capacity `body` has, the larger the read, within bounds.
  [[nodiscard]] net::Task<Result<std::string_view>> append_body(std::string& body) {
    return read_body(&body);
  }
  /// The whole body, within its limit. Errors: as next_body.
  [[nodiscard]] net::Task<Result<std::string>> whole_body();
  /// Ends reading of the body: `next_body` returns nothing more, also to a caller that is waiting.
  void stop_body();

  // The answer.

  /// Sends a complete answer. `send_rest` sends what the kernel did not take; the reply's body and
  /// owner must live until then.
  [[nodiscard]] Sent send(const Reply& reply, bool keep_alive, WallTime now);
  /// Begins an answer in pieces; the head is sent with the first piece.
  void begin(const AnswerHead& head, bool keep_alive, WallTime now);
  /// Begins an answer with status 101: pieces are sent as they are, and `take_raw` reads what
  /// arrives. `fields`: those of the new protocol, without Connection. REQUIRES: !has_surplus.
  void switch_protocols(std::string_view fields, WallTime now);
  /// True if bytes have been read behind the request.
  [[nodiscard]] bool has_surplus() const { return exchange_->request.has_surplus(); }
  /// Reads what has arrived since the protocols were switched, possibly nothing. Valid until the
  /// next suspension. Errors: as take_read.
  [[nodiscard]] Result<std::string_view> take_raw();
  /// Ends a wait of `read_more` as if something had arrived.
  void wake() { stream_.readiness().notify(); }
  /// Sends what the kernel takes at once and copies the rest for `send_rest`, which must come
  /// before the next piece.
  [[nodiscard]] Sent send_piece(std::string_view piece) { return send_framed(piece, false); }
  /// Completes the answer. Without it, the connection is closed so that the client can detect the
  /// truncation.
  [[nodiscard]] Sent send_end() { return send_framed({}, true); }
  /// send_piece and send_end in one system call.
  [[nodiscard]] Sent send_last_piece(std::string_view piece) { return send_framed(piece, true); }
  /// Sends the rest. Returns why that failed: connection_lost, or client_stalled after
  /// write_stall_timeout without progress.
  [[nodiscard]] net::Task<std::optional<Errc>> send_rest();

  /// The answer will take a while: until it begins, the request holds a place among those in
  /// progress.
  void await_answer(net::FairQueue& queue) { exchange_->awaited = net::FairQueue::Ticket(queue); }
  [[nodiscard]] bool begun() const { return exchange_->answer.begun(); }
  /// True if the kernel has taken the whole answer.
  [[nodiscard]] bool ended() const { return exchange_->answer.ended(); }
  [[nodiscard]] int status() const { return exchange_->answer.status(); }
  [[nodiscard]] std::uint64_t body_bytes() const { return exchange_->answer.body_bytes(); }
  /// True if the connection can carry another exchange after this answer.
  [[nodiscard]] bool keeps_alive() const { return exchange_->answer.keeps_alive(); }
  void set_draining(bool draining) { draining_ = draining; }
  /// The `keep_alive` argument of `begin`, for a handler that sends the head itself.
  [[nodiscard]] bool may_keep_alive() const;

  // Leaving.

  /// From now on `observer` is notified when the client leaves, or when the answer must end. A
  /// disconnect that arrives behind unread bytes is found by the next sweep.
  void watch(DisconnectObserver& observer);
  void unwatch();
  /// Releases what a long answer does not need: all of the request but its first line. REQUIRES:
  /// the body is done, nobody uses the request any more, and nothing is left to send.
  void release_buffers();

  /// Reads and drops for a moment, so that the client receives the answer before a reset.
  [[nodiscard]] net::Task<> linger();
  /// Closes, and waits until nothing uses the socket.
  [[nodiscard]] net::Task<> close();
  /// Notifies the observer, if there is one, that the answer in progress must end.
  void end_soon();
  /// Ends whatever is in progress at once, as if the client had left.
  void abort();

 private:
  /// Ends the pending wait. The socket stays open, so that a 408 can still be sent.
  struct Timeout final : net::Deadline {
    Timeout(net::DeadlineSweeper& sweeper, net::Socket& waiting)
        : Deadline(sweeper), socket(waiting) {}
    void on_expired() override;
    net::Socket& socket;
  };
  /// About a thousand requests that are heads alone.
  static constexpr std::size_t kHeadsTurnBytes = 32 << 10;

  struct ExchangeState {
    explicit ExchangeState(const Settings& settings);
    /// Bytes of the next request stay.
    void next();
    void reset();
    void reset_answer();

    RequestReader request;
    ResponseWriter answer;
    net::FairQueue::Ticket awaited;
    MonotonicTime body_started;
    bool body_stopped = false;
  };

  /// Checks for what no event reports: that the client closed right behind its last bytes, or that
  /// the connection is idle.
  struct Recheck final : net::Deadline {
    Recheck(net::DeadlineSweeper& sweeper, ClientStream& watched)
        : Deadline(sweeper), stream(watched) {}
    void on_expired() override;
    ClientStream& stream;
  };

  void became_ready() override;
  /// Reads what has arrived, up to the size of `room`; empty: nothing has. Errors: connection_lost.
  [[nodiscard]] Result<std::string_view> read_some(std::span<char> room);
  void client_is_gone();
  [[nodiscard]] std::unexpected<Error> why_nothing_came() const;
  /// The piece as it is; also appended to `body`, if that is not null.
  [[nodiscard]] static Result<std::string_view> onto(std::string* body,
                                                     Result<std::string_view> piece);
  /// Appends to `body` what has arrived of the `left` bytes still to come.
  [[nodiscard]] Result<std::string_view> read_onto(std::string& body, std::uint64_t left);
  /// Returns what has arrived; may be empty.
  [[nodiscard]] Result<std::string_view> read_piece(std::string* body);
  [[nodiscard]] net::Task<Result<std::string_view>> read_body(std::string* body);
  [[nodiscard]] MonotonicTime body_deadline(MonotonicTime now) const;
  [[nodiscard]] Sent send_framed(std::string_view piece, bool last);
  [[nodiscard]] Sent write(const ResponseWriter::Buffers& buffers);
  [[nodiscard]] net::Task<bool> write_continue();
  /// True if the client has received part of an answer that did not complete.
  [[nodiscard]] bool lacks_its_end() const {
    return exchange_ && exchange_->answer.lacks_its_end();
  }

  net::Stream stream_;
  Timeout timeout_;
  Recheck recheck_;
  const Settings& settings_;
  net::DeadlineSweeper& sweeper_;
  ExchangeStates& states_;
  IdleObserver& idle_observer_;
  DisconnectObserver* disconnect_observer_ = nullptr;
  ExchangeStates::Ptr exchange_;  ///< null: no request is in progress
  bool was_idle_ = false;
  bool draining_ = false;
  bool left_ = false;
};

}  // namespace weir::http
