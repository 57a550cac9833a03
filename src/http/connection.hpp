/// One client connection: the loop of read, handle, write, and nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/spares.hpp"
#include "http/client_stream.hpp"
#include "http/handler.hpp"
#include "http/pressure.hpp"
#include "http/settings.hpp"
#include "http/stages.hpp"
#include "net/deadline.hpp"
#include "net/socket.hpp"
#include "net/turns.hpp"

namespace weir::http {

/// State that the connections of one I/O thread share.
struct ConnectionContext {
  const Settings& settings;
  Handler& handler;
  net::DeadlineSweeper& sweeper;
  ClientStream::Desks& desks;
  Spares<Exchange>& exchanges;
  net::Turns& turns;
  Stages& stages;
  /// Shared by all threads: requests whose answer is being made. One that is answered at once never
  /// counts; one whose client is slow to read is bounded by max_connections and
  /// write_stall_timeout.
  std::atomic<std::int64_t>& in_flight;
  bool draining = false;
  Pressure pressure = Pressure::none;
  /// Draining, and who has sent nothing by now is told goodbye.
  bool ends_idle = false;

  [[nodiscard]] bool sheds_idle() const { return pressure >= Pressure::close_idle; }
  [[nodiscard]] std::chrono::milliseconds keep_alive_timeout() const;
  [[nodiscard]] bool is_full() const {
    if (pressure >= Pressure::refuse) return true;
    return in_flight.load(std::memory_order_relaxed) >= settings.max_in_flight;
  }
};

/// Threads:      one I/O thread.
/// Lifetime:     owned by the coroutine that runs it; `context` outlives it.
/// Cancellation: closes the socket; the exchange under way is reported as connection_lost.
class Connection final : public Staged, private ClientStream::Idler {
 public:
  /// `tls`: after its handshake; null: plain.
  Connection(net::Socket socket, std::unique_ptr<net::TlsSession> tls, ConnectionContext& context);
  ~Connection() { context_.stages.remove(*this); }

  /// Serves requests until either side has enough.
  [[nodiscard]] net::Task<> run();

  /// Answers the first request with `why`, whatever it is, and closes.
  [[nodiscard]] net::Task<> turn_away(Errc why);

  /// Ends it after the next answer; if it waits for a request and `ends_idle`, now.
  void drain() override;
  /// The context's pressure has risen.
  void feel_pressure() override;
  /// Asks the answer under way to end, in a way that its client sees.
  void end_soon() override;
  /// Ends it now.
  void abort() override;
  /// As Staged. A request that comes in the last moment is answered all the same.
  bool yield() override;
  [[nodiscard]] bool has_yielded() const { return has_yielded_; }

 private:
  enum class Heard : std::uint8_t {
    part,      ///< of a head
    head,      ///< a whole one; the exchange knows its request
    nonsense,  ///< the exchange's reason says what is wrong with it
  };

  // A coroutine's locals stay in its frame as long as the connection lives, so code that needs room
  // is in functions beside it.
  [[nodiscard]] bool must_await_turn();
  [[nodiscard]] net::Task<> await_turn();
  [[nodiscard]] net::Task<bool> read_rest(Heard heard);
  [[nodiscard]] net::Task<> refuse(Errc code);
  [[nodiscard]] Heard try_head();
  [[nodiscard]] bool has_request(Heard heard);
  [[nodiscard]] net::Task<Outcome> answer();
  void end_if_idle();
  void set_stage(Stage next) {
    if (stage() != next) context_.stages.move(*this, next);
  }
  [[nodiscard]] bool awaits_request() const {
    return stage() == Stage::idle || stage() == Stage::silent;
  }
  void send_answer(Reply reply);
  void send(Reply reply, bool keep_alive);
  void send_refusal(Errc code);
  void begin_exchange();
  void end_exchange();
  void is_idle() override { memo_.reset(); }

  ClientStream client_;
  ConnectionContext& context_;
  boost::asio::ip::address peer_;
  MonotonicTime idle_since_;  ///< or when its first bytes came, if they had to wait
  std::unique_ptr<ConnectionMemo> memo_;
  Spares<Exchange>::Ptr exchange_;  ///< null: nothing of a request is here
  std::unique_ptr<Reply> unsent_;   ///< what is being sent, if it did not go out at once
  ClientStream::Sent sent_ = ClientStream::Sent::whole;
  std::optional<Errc> lost_;  ///< why the answer did not go out
  bool had_to_wait_ = false;  ///< for its turn
  bool served_ = false;       ///< a request, at least
  bool has_yielded_ = false;  ///< its place is another's
};

}  // namespace weir::http
