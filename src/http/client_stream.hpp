/// The client's side of one exchange: its request's body, the way to answer it, and word of its
/// leaving. The connection's loop and a handler that answers piece by piece both work through this.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/chunk.hpp"
#include "http/message_parser.hpp"
#include "http/reply.hpp"
#include "http/settings.hpp"
#include "http/unsent.hpp"
#include "net/deadline.hpp"
#include "net/pending_read.hpp"
#include "net/socket.hpp"

namespace weir::http {

/// Threads:      the socket's.
/// Cancellation: closing the socket ends every wait; `close` waits until they have ended.
class ClientStream final : private net::PendingRead::Watcher {
 public:
  /// Told once, when the client leaves while it is watched.
  struct Leaver {
    virtual void client_left() = 0;

   protected:
    ~Leaver() = default;
  };

  enum class Sent : std::uint8_t { whole, in_part, failed };

  /// How an answer made of pieces is framed.
  struct Head {
    int status = 200;
    std::string_view fixed_fields;        ///< complete lines, each with its CRLF
    std::string_view fields;              ///< more such lines
    std::optional<std::uint64_t> length;  ///< none: known only at the end
  };

  ClientStream(net::Socket socket, const Settings& settings, net::DeadlineSweeper& sweeper);
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
  [[nodiscard]] bool has_bytes() const {
    return !in_.empty() && (!reading_.pending() || waits_only_);
  }
  /// Waits for more bytes; `take_read` then says what came of it.
  [[nodiscard]] net::Task<> read_more();
  /// Errors: connection_lost, request_timeout when the timeout passed.
  [[nodiscard]] Result<> take_read();
  /// Whether a whole head is here; then it is parsed. Errors: as MessageParser.
  [[nodiscard]] Result<bool> try_head();
  [[nodiscard]] Request& request() { return parser_.request(); }

  // The request's body.

  /// From here on no more than `bytes` are taken. Errors: payload_too_large if more are announced.
  [[nodiscard]] Result<> limit_body(std::uint64_t bytes);
  [[nodiscard]] bool body_done() const { return body_done_; }
  /// All of the body, if it came with the head and its length was given: without a copy, valid
  /// until the exchange ends. Else nothing has been taken.
  std::optional<std::string_view> take_body_at_hand();
  /// The next piece, its framing taken away; empty at the end. Valid until the next suspension.
  /// Errors: connection_lost, request_timeout, malformed_request, payload_too_large.
  [[nodiscard]] net::Task<Result<std::string_view>> next_body();
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
  /// Errors: connection_lost, client_stalled after write_stall_timeout without progress.
  [[nodiscard]] net::Task<Result<>> send_rest();

  [[nodiscard]] bool begun() const { return begun_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// Whether the connection can carry another exchange after this answer.
  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  /// For the head of an answer that the handler sends itself: what `begin` is to be told.
  void set_draining(bool draining) { draining_ = draining; }
  [[nodiscard]] bool may_keep_alive() const;

  // Leaving.

  /// From now on `leaver` is told when the client leaves, or is told to. `for_long` trades a system
  /// call for the memory of a read buffer. While bytes of the client wait to be read, a read cannot
  /// tell that he left; then he is looked at with each sweep.
  void watch(Leaver& leaver, bool for_long);
  void unwatch();
  /// Gives back what an answer that takes long does not need: all of the request but its head.
  /// REQUIRES: the body is done, nobody looks at it any more, and nothing is left to send.
  void slim_down();
  [[nodiscard]] bool left() const { return left_; }

  /// Reads and drops for a moment, so that the client gets the answer before a reset.
  [[nodiscard]] net::Task<> linger();
  /// Closes, and waits until nothing uses the socket any more.
  [[nodiscard]] net::Task<> close();
  /// Ends it now, whatever is under way: as if the client had left.
  void abort();

 private:
  /// Ends what is waited for; the socket stays open, so that a 408 may still be said.
  struct Timeout final : net::Deadline {
    explicit Timeout(net::Socket& waiting) : socket(waiting) {}
    void on_expired() override;
    net::Socket& socket;
  };
  static constexpr std::size_t kBuffers = 5;

  struct Departure final : net::Deadline {
    explicit Departure(ClientStream& watched) : stream(watched) {}
    void on_expired() override;
    ClientStream& stream;
  };

  void read_ended() override;
  /// Gives what the last read brought its place; whether there was anything.
  bool absorb_read();
  void client_is_gone();
  [[nodiscard]] bool peer_is_gone();
  [[nodiscard]] std::unexpected<Error> why_nothing_came() const;
  [[nodiscard]] Result<std::string_view> unframe(std::string_view bytes);
  [[nodiscard]] MonotonicTime body_deadline(MonotonicTime now) const;
  void put_head(int status, std::string_view fixed, std::string_view fields,
                std::optional<std::uint64_t> length, bool keep_alive, WallTime now);
  [[nodiscard]] Sent send_framed(std::string_view piece, bool last);
  [[nodiscard]] Sent write_some();

  net::Socket socket_;
  Timeout timeout_;
  Departure departure_;
  const Settings& settings_;
  net::DeadlineSweeper& sweeper_;
  MessageParser parser_;
  net::PendingRead reading_;
  Leaver* leaver_ = nullptr;

  std::string in_;     ///< received; the head under work is at its start
  std::string ahead_;  ///< what comes while a request is answered; takes in_'s place after it
  std::string next_;   ///< what came behind a chunked body
  std::string rest_;  ///< of a chunked body: what the parser wants to see again with more behind it
  std::string payload_;  ///< of a chunked body: the piece at hand
  std::size_t head_size_ = 0;
  std::size_t consumed_ = 0;  ///< of in_: head and body
  std::uint64_t body_taken_ = 0;
  std::uint64_t body_limit_ = 0;
  MonotonicTime body_started_;
  bool body_done_ = true;
  bool body_stopped_ = false;
  bool continue_said_ = false;

  std::string out_;  ///< the head, until it is gone
  ChunkHead chunk_head_;
  Unsent<kBuffers> unsent_;
  std::uint64_t body_bytes_ = 0;
  int status_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  bool chunked_ = false;
  bool no_body_ = false;
  bool keep_alive_ = false;
  bool draining_ = false;
  bool left_ = false;
  bool waits_only_ = false;   ///< the read under way has no room: it waits until there is something
  bool reads_ahead_ = false;  ///< the read under way, or the last one, was into ahead_
  std::size_t read_into_ = 0;  ///< where in in_ it began
};

}  // namespace weir::http
