/// The client's side of one exchange: its request's body, the way to answer it, and word of its
/// leaving. The connection's loop and a handler that answers piece by piece both work through this.
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
#include "base/spares.hpp"
#include "http/chunk.hpp"
#include "http/message_parser.hpp"
#include "http/reply.hpp"
#include "http/settings.hpp"
#include "http/unsent.hpp"
#include "net/deadline.hpp"
#include "net/readiness.hpp"
#include "net/socket.hpp"
#include "net/tls_session.hpp"
#include "net/turns.hpp"

namespace weir::http {

/// Threads:      the socket's.
/// Cancellation: closing the socket ends every wait; `close` waits until they have ended.
class ClientStream final : private net::Readiness::Watcher {
  struct Desk;

 public:
  /// Told once, when the client leaves while it is watched.
  struct Leaver {
    virtual void client_left() = 0;
    /// The server stops and waits no longer: there is a moment to say so to the client.
    virtual void must_end() { client_left(); }

   protected:
    ~Leaver() = default;
  };

  /// Told when nothing has come for a while: what is kept from one exchange to the next can be
  /// given back.
  struct Idler {
    virtual void is_idle() = 0;

   protected:
    ~Idler() = default;
  };

  enum class Sent : std::uint8_t { whole, in_part, failed };

  /// How an answer made of pieces is framed.
  struct Head {
    int status = 200;
    std::string_view fixed_fields;        ///< complete lines, each with its CRLF
    std::string_view fields;              ///< more such lines
    std::optional<std::uint64_t> length;  ///< none: known only at the end
  };

  /// What an exchange needs and an idle connection does not, lent to those of one thread.
  using Desks = Spares<Desk>;

  /// `tls`: after its handshake; null: plain.
  ClientStream(net::Socket socket, std::unique_ptr<net::TlsSession> tls, const Settings& settings,
               net::DeadlineSweeper& sweeper, Desks& desks, Idler& idler);
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  ~ClientStream() = default;

  [[nodiscard]] net::Socket& socket() { return socket_; }
  [[nodiscard]] net::Deadline& timeout() { return timeout_; }
  /// Of the thread; for what else is waited for here.
  [[nodiscard]] net::DeadlineSweeper& sweeper() { return sweeper_; }

  // Receiving a request: for the connection's loop.

  /// Forgets the last exchange; bytes that came after it stay.
  void next_request();
  [[nodiscard]] bool has_bytes() const { return desk_ && !desk_->received.empty(); }
  /// Whether there may be something to read.
  [[nodiscard]] bool readable() const { return readiness_.ready(); }
  /// Whether `read_more` comes before the next `take_read`: nothing is here, or others have their
  /// turn first.
  [[nodiscard]] bool must_wait() const { return readiness_.must_wait(kHeadsTurnBytes); }
  /// Waits for more bytes; `take_read` then says what came of it.
  [[nodiscard]] net::Task<> read_more() { return readiness_.wait(); }
  /// May find nothing. Errors: connection_lost, request_timeout when the timeout passed.
  [[nodiscard]] Result<> take_read();
  /// Whether a whole head is here; then it is parsed. Errors: as MessageParser.
  [[nodiscard]] Result<bool> try_head();
  [[nodiscard]] const Request& request() const { return desk_->request.parser.request(); }

  // The request's body.

  /// From here on no more than `bytes` are taken. Errors: payload_too_large if more are announced.
  [[nodiscard]] Result<> limit_body(std::uint64_t bytes);
  [[nodiscard]] bool body_done() const { return desk_->request.body_done; }
  /// All of the body, if it came with the head and its length was given: without a copy, valid
  /// until the exchange ends. Else nothing has been taken.
  std::optional<std::string_view> take_body_at_hand();
  /// The next piece, its framing taken away; empty at the end. Valid until the next suspension.
  /// Errors: connection_lost, request_timeout, malformed_request, payload_too_large.
  [[nodiscard]] net::Task<Result<std::string_view>> next_body() { return read_body(nullptr); }
  /// As next_body, and the piece is added to `body`. A piece of a body with a length is read to
  /// where it stays, the more at once the more room `body` has, within bounds.
  [[nodiscard]] net::Task<Result<std::string_view>> append_body(std::string& body) {
    return read_body(&body);
  }
  /// All of the body, within its limit. Errors: as next_body.
  [[nodiscard]] net::Task<Result<std::string>> whole_body();
  /// No more of the body is wanted: `next_body` gives nothing more, also to whoever waits for it.
  void stop_body();

  // The answer.

  /// A complete answer. What is left over goes out with `send_rest`; the reply's body and owner
  /// live until then.
  [[nodiscard]] Sent send(const Reply& reply, bool keep_alive, WallTime now);
  /// Begins an answer in pieces; its head goes out with the first of them.
  void begin(const Head& head, bool keep_alive, WallTime now);
  /// Sends at once what the kernel takes, and keeps a copy of the rest for `send_rest`, which must
  /// come before the next piece.
  [[nodiscard]] Sent send_piece(std::string_view piece);
  /// Ends the answer well. Without it, the connection closes in a way that shows the client that
  /// something is missing.
  [[nodiscard]] Sent send_end();
  /// As send_piece with the last piece, and send_end, in one system call.
  [[nodiscard]] Sent send_last_piece(std::string_view piece);
  /// Why not all of it went out: connection_lost, or client_stalled after write_stall_timeout
  /// without progress.
  [[nodiscard]] net::Task<std::optional<Errc>> send_rest();

  /// The answer takes a while: until it begins, the request has a place among what is under way.
  void await_answer(net::Turns& turns) { desk_->answer.awaited = net::Turns::Place(turns); }
  [[nodiscard]] bool begun() const { return desk_->answer.begun; }
  /// Whether all of the answer is with the kernel.
  [[nodiscard]] bool ended() const { return desk_->answer.ended && desk_->answer.unsent.empty(); }
  [[nodiscard]] int status() const { return desk_->answer.status; }
  [[nodiscard]] std::uint64_t body_bytes() const { return desk_->answer.body_bytes; }
  /// Whether the connection can carry another exchange after this answer.
  [[nodiscard]] bool keeps_alive() const { return desk_->answer.keep_alive; }
  void set_draining(bool draining) { draining_ = draining; }
  /// For the head of an answer that the handler sends itself: what `begin` is to be told.
  [[nodiscard]] bool may_keep_alive() const;

  // Leaving.

  /// From now on `leaver` is told when the client leaves, or is told to. Bytes of the client that
  /// wait to be read, or came with his leaving, hide it; it is found with the next sweep.
  void watch(Leaver& leaver);
  void unwatch();
  /// Gives back what an answer that takes long does not need: all of the request but its first
  /// line. REQUIRES: the body is done, nobody looks at it any more, and nothing is left to send.
  void slim_down();

  /// Reads and drops for a moment, so that the client gets the answer before a reset.
  [[nodiscard]] net::Task<> linger();
  /// Closes, and waits until nothing uses the socket any more.
  [[nodiscard]] net::Task<> close();
  /// Tells the leaver, if there is one, that the answer under way must end.
  void end_soon();
  /// Ends it now, whatever is under way: as if the client had left.
  void abort();

 private:
  /// Ends what is waited for; the socket stays open, so that a 408 may still be said.
  struct Timeout final : net::Deadline {
    Timeout(net::DeadlineSweeper& sweeper, net::Socket& waiting)
        : Deadline(sweeper), socket(waiting) {}
    void on_expired() override;
    net::Socket& socket;
  };
  static constexpr std::size_t kBuffers = 5;
  /// Of heads alone that is a thousand requests.
  static constexpr std::size_t kHeadsTurnBytes = 32 << 10;

  /// The request of the exchange under way.
  struct Incoming {
    explicit Incoming(const Settings& settings);
    void reset();

    MessageParser parser;
    std::string next;     ///< what came behind a chunked body
    std::string payload;  ///< of a chunked body: the piece at hand
    std::size_t head_size = 0;
    std::size_t consumed = 0;  ///< of what was received: head and body
    std::uint64_t body_taken = 0;
    std::uint64_t body_limit = 0;
    MonotonicTime body_started;
    bool body_done = true;
    bool body_stopped = false;
    bool continue_said = false;
  };
  /// Its answer.
  struct Outgoing {
    void reset();

    net::Turns::Place awaited;
    std::string head;  ///< until it is gone
    ChunkHead chunk_head;
    Unsent<kBuffers> unsent;
    std::uint64_t body_bytes = 0;
    int status = 0;
    bool begun = false;
    bool ended = false;
    bool chunked = false;
    bool no_body = false;
    bool until_close = false;  ///< nothing but the connection's end says where it ends
    bool keep_alive = false;
  };
  struct Desk {
    explicit Desk(const Settings& settings) : request(settings) {}
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    ~Desk();
    void reset();

    std::string received;  ///< the head under work is at its start
    Incoming request;
    Outgoing answer;
  };

  /// Looks at what no event tells: whether the client closed together with his last bytes, and
  /// whether the connection is idle.
  struct Recheck final : net::Deadline {
    Recheck(net::DeadlineSweeper& sweeper, ClientStream& watched)
        : Deadline(sweeper), stream(watched) {}
    void on_expired() override;
    ClientStream& stream;
  };

  void became_ready() override;
  /// Reads what is here, as far as there is room; empty: nothing is here. Errors: connection_lost.
  [[nodiscard]] Result<std::string_view> read_some(std::span<char> room);
  [[nodiscard]] Result<std::string_view> read_tls(std::span<char> room);
  /// Whether bytes wait to be read, or the client has left; looked at without taking them.
  [[nodiscard]] net::Waiting look();
  void client_is_gone();
  [[nodiscard]] std::unexpected<Error> why_nothing_came() const;
  [[nodiscard]] Result<std::string_view> unframe(std::string_view bytes);
  // Pieces of the request's body are also added to `body`, if it is not null.
  [[nodiscard]] Result<std::string_view> unframe_onto(std::string* body, std::string_view bytes);
  /// Adds to `body` what is here of the `left` bytes that are still to come.
  [[nodiscard]] Result<std::string_view> read_onto(std::string& body, std::uint64_t left);
  /// What is here; may be empty.
  [[nodiscard]] Result<std::string_view> read_piece(std::string* body);
  [[nodiscard]] net::Task<Result<std::string_view>> read_body(std::string* body);
  [[nodiscard]] MonotonicTime body_deadline(MonotonicTime now) const;
  void put_head(int status, std::string_view fixed, std::string_view fields,
                std::optional<std::uint64_t> length, bool keep_alive, WallTime now);
  [[nodiscard]] Sent send_framed(std::string_view piece, bool last);
  [[nodiscard]] Sent write_some(const Unsent<kBuffers>::Buffers& buffers);
  [[nodiscard]] Sent write_tls(const Unsent<kBuffers>::Buffers& buffers);
  /// How much of what is unsent the socket has taken; nothing when the connection is lost.
  [[nodiscard]] std::optional<std::size_t> write_tls_rest();
  [[nodiscard]] net::Task<bool> write_continue();
  /// Of an answer that the client has begun to get.
  [[nodiscard]] bool lacks_its_end() const;
  void close_socket();

  net::Socket socket_;
  std::unique_ptr<net::TlsSession> tls_;  ///< null: plain
  net::Readiness readiness_;
  Timeout timeout_;
  Recheck recheck_;
  const Settings& settings_;
  net::DeadlineSweeper& sweeper_;
  Desks& desks_;
  Idler& idler_;
  Leaver* leaver_ = nullptr;
  Desks::Ptr desk_;  ///< null: nothing of a request is here
  bool was_idle_ = false;
  bool draining_ = false;
  bool left_ = false;
  bool write_wants_read_ = false;  ///< TLS: the socket must be read before it can be written
};

}  // namespace weir::http
