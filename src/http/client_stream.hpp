/// The client's side of one exchange: reads the request's body, sends the answer, and reports that
/// the client has left. Both the connection's loop and a handler that answers in pieces use it.
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
#include "base/object_pool.hpp"
#include "base/result.hpp"
#include "http/chunk.hpp"
#include "http/message_parser.hpp"
#include "http/reply.hpp"
#include "http/settings.hpp"
#include "http/unsent.hpp"
#include "net/deadline.hpp"
#include "net/fair_queue.hpp"
#include "net/readiness.hpp"
#include "net/socket.hpp"
#include "net/tls_session.hpp"

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

  /// The head and framing of an answer sent in pieces.
  struct Head {
    int status = 200;
    std::string_view fixed_fields;        ///< complete lines, each with its CRLF
    std::string_view fields;              ///< more such lines
    std::optional<std::uint64_t> length;  ///< none: known only at the end
  };

  /// Per-exchange state that an idle connection does not need, pooled per thread.
  using ExchangeStates = ObjectPool<ExchangeState>;

  /// `tls`: a session after its handshake; null: plain.
  ClientStream(net::Socket socket, std::unique_ptr<net::TlsSession> tls, const Settings& settings,
               net::DeadlineSweeper& sweeper, ExchangeStates& states, IdleObserver& observer);
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  ~ClientStream() = default;

  [[nodiscard]] net::Socket& socket() { return socket_; }
  [[nodiscard]] net::Deadline& timeout() { return timeout_; }
  /// The thread's sweeper, for other deadlines of this connection.
  [[nodiscard]] net::DeadlineSweeper& sweeper() { return sweeper_; }

  // Receiving a request: for the connection's loop.

  /// Forgets the last exchange. Bytes received after it stay.
  void next_request();
  [[nodiscard]] bool has_bytes() const { return exchange_ && !exchange_->received.empty(); }
  /// True if there may be something to read.
  [[nodiscard]] bool readable() const { return readiness_.ready(); }
  /// True if `read_more` must be awaited before the next `take_read`: there is nothing to read, or
  /// other connections go first.
  [[nodiscard]] bool must_wait() const { return readiness_.must_wait(kHeadsTurnBytes); }
  /// Waits for more bytes; `take_read` then returns the result.
  [[nodiscard]] net::Task<> read_more() { return readiness_.wait(); }
  /// Reads what has arrived, possibly nothing. Errors: connection_lost, request_timeout when the
  /// timeout passed.
  [[nodiscard]] Result<> take_read();
  /// Parses the head and returns true if all of it has arrived. Errors: as MessageParser.
  [[nodiscard]] Result<bool> try_head();
  [[nodiscard]] const Request& request() const { return exchange_->request.parser.request(); }

  // The request's body.

  /// Bounds the body at `bytes` from here on. Errors: payload_too_large if more are announced.
  [[nodiscard]] Result<> limit_body(std::uint64_t bytes);
  [[nodiscard]] bool body_done() const { return exchange_->request.body_done; }
  /// The whole body, if its length was given and it arrived with the head: not copied, and valid
  /// until the exchange ends. Otherwise nothing, and nothing has been consumed.
  std::optional<std::string_view> take_body_at_hand();
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
  void begin(const Head& head, bool keep_alive, WallTime now);
  /// Sends what the kernel takes at once and copies the rest for `send_rest`, which must come
  /// before the next piece.
  [[nodiscard]] Sent send_piece(std::string_view piece);
  /// Completes the answer. Without it, the connection is closed so that the client can detect the
  /// truncation.
  [[nodiscard]] Sent send_end();
  /// send_piece and send_end in one system call.
  [[nodiscard]] Sent send_last_piece(std::string_view piece);
  /// Sends the rest. Returns why that failed: connection_lost, or client_stalled after
  /// write_stall_timeout without progress.
  [[nodiscard]] net::Task<std::optional<Errc>> send_rest();

  /// The answer will take a while: until it begins, the request holds a place among those in
  /// progress.
  void await_answer(net::FairQueue& queue) {
    exchange_->answer.awaited = net::FairQueue::Ticket(queue);
  }
  [[nodiscard]] bool begun() const { return exchange_->answer.begun; }
  /// True if the kernel has taken the whole answer.
  [[nodiscard]] bool ended() const {
    return exchange_->answer.ended && exchange_->answer.unsent.empty();
  }
  [[nodiscard]] int status() const { return exchange_->answer.status; }
  [[nodiscard]] std::uint64_t body_bytes() const { return exchange_->answer.body_bytes; }
  /// True if the connection can carry another exchange after this answer.
  [[nodiscard]] bool keeps_alive() const { return exchange_->answer.keep_alive; }
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
  static constexpr std::size_t kBuffers = 5;
  /// About a thousand requests that are heads alone.
  static constexpr std::size_t kHeadsTurnBytes = 32 << 10;

  /// The request of the current exchange.
  struct Incoming {
    explicit Incoming(const Settings& settings);
    void reset();

    MessageParser parser;
    std::string next;     ///< bytes received behind a chunked body
    std::string payload;  ///< the current piece of a chunked body
    std::size_t head_size = 0;
    std::size_t consumed = 0;  ///< bytes of `received` used so far: head and body
    std::uint64_t body_taken = 0;
    std::uint64_t body_limit = 0;
    MonotonicTime body_started;
    bool body_done = true;
    bool body_stopped = false;
    bool continue_said = false;
  };
  /// The answer of the current exchange.
  struct Outgoing {
    void reset();

    net::FairQueue::Ticket awaited;
    std::string head;  ///< until it is sent
    ChunkHead chunk_head;
    Unsent<kBuffers> unsent;
    std::uint64_t body_bytes = 0;
    int status = 0;
    bool begun = false;
    bool ended = false;
    bool chunked = false;
    bool no_body = false;
    bool until_close = false;  ///< only the connection's end delimits it
    bool keep_alive = false;
  };
  struct ExchangeState {
    explicit ExchangeState(const Settings& settings) : request(settings) {}
    ExchangeState(const ExchangeState&) = delete;
    ExchangeState& operator=(const ExchangeState&) = delete;
    ~ExchangeState();
    void reset();

    std::string received;  ///< starts with the head being parsed
    Incoming request;
    Outgoing answer;
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
  [[nodiscard]] Result<std::string_view> read_tls(std::span<char> room);
  /// Peeks: bytes are waiting, the client has left, or neither. Consumes nothing.
  [[nodiscard]] net::Waiting look();
  void client_is_gone();
  [[nodiscard]] std::unexpected<Error> why_nothing_came() const;
  [[nodiscard]] Result<std::string_view> unframe(std::string_view bytes);
  // Pieces of the request's body are also appended to `body`, if it is not null.
  [[nodiscard]] Result<std::string_view> unframe_onto(std::string* body, std::string_view bytes);
  /// Appends to `body` what has arrived of the `left` bytes still to come.
  [[nodiscard]] Result<std::string_view> read_onto(std::string& body, std::uint64_t left);
  /// Returns what has arrived; may be empty.
  [[nodiscard]] Result<std::string_view> read_piece(std::string* body);
  [[nodiscard]] net::Task<Result<std::string_view>> read_body(std::string* body);
  [[nodiscard]] MonotonicTime body_deadline(MonotonicTime now) const;
  void put_head(int status, std::string_view fixed, std::string_view fields,
                std::optional<std::uint64_t> length, bool keep_alive, WallTime now);
  [[nodiscard]] Sent send_framed(std::string_view piece, bool last);
  [[nodiscard]] Sent write_some(const Unsent<kBuffers>::Buffers& buffers);
  [[nodiscard]] Sent write_tls(const Unsent<kBuffers>::Buffers& buffers);
  /// How many unsent bytes the socket has taken; nothing when the connection is lost.
  [[nodiscard]] std::optional<std::size_t> write_tls_rest();
  [[nodiscard]] net::Task<bool> write_continue();
  /// True if the client has received part of an answer that did not complete.
  [[nodiscard]] bool lacks_its_end() const;
  void close_socket();

  net::Socket socket_;
  std::unique_ptr<net::TlsSession> tls_;  ///< null: plain
  net::Readiness readiness_;
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
  bool write_wants_read_ = false;  ///< TLS: the socket must be read before it can be written
};

}  // namespace weir::http
