/// One client connection: the loop of read, handle, write, and nothing else.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/object_pool.hpp"
#include "http/client_stream.hpp"
#include "http/handler.hpp"
#include "http/pressure.hpp"
#include "http/settings.hpp"
#include "http/stages.hpp"
#include "net/deadline.hpp"
#include "net/fair_queue.hpp"
#include "net/socket.hpp"

namespace weir::http {

/// State that the connections of one I/O thread share.
struct ConnectionContext {
  const Settings& settings;
  Handler& handler;
  net::DeadlineSweeper& sweeper;
  ClientStream::ExchangeStates& states;
  ObjectPool<Exchange>& exchanges;
  net::FairQueue& queue;
  Stages& stages;
  /// Shared by all threads: requests whose answer is being made. One that is answered at once never
  /// counts; one whose client is slow to read is bounded by max_connections and
  /// write_stall_timeout.
  std::atomic<std::int64_t>& in_flight;
  bool draining = false;
  Pressure pressure = Pressure::none;
  /// Draining, and connections without a request are closed.
  bool ends_idle = false;

  [[nodiscard]] bool sheds_idle() const { return pressure >= Pressure::close_idle; }
  [[nodiscard]] std::chrono::milliseconds keep_alive_timeout() const;
  /// Calls of models may take minutes each. Places that they cannot take are kept for requests that
  /// take milliseconds, such as lists.
  [[nodiscard]] bool is_full(const Request& request) const;
  static constexpr std::int64_t kLeastKept = 16;
};

/// Threads:      one I/O thread.
/// Lifetime:     owned by the coroutine that runs it; `context` outlives it.
/// Cancellation: closes the socket; the current exchange is reported as connection_lost.
class Connection final : public Staged, private ClientStream::IdleObserver {
 public:
  /// `tls`: a session after its handshake; null: plain.
  Connection(net::Socket socket, std::unique_ptr<net::TlsSession> tls, ConnectionContext& context);
  ~Connection() { context_.stages.remove(*this); }

  /// Serves requests until either side closes.
  [[nodiscard]] net::Task<> run();

  /// Answers the first request with `why`, whatever it is, and closes.
  [[nodiscard]] net::Task<> turn_away(Errc why);

  /// Ends the connection after the next answer; at once if it waits for a request and `ends_idle`.
  void drain() override;
  /// Called when the context's pressure has risen.
  void on_memory_pressure() override;
  /// Ends the current answer, in a way that its client can detect.
  void end_soon() override;
  /// Ends the connection at once.
  void abort() override;
  /// As Staged. A request that arrives at the last moment is answered all the same.
  bool yield() override;
  [[nodiscard]] bool has_yielded() const { return has_yielded_; }

 private:
  enum class HeadState : std::uint8_t {
    partial,    ///< a part of it
    whole,      ///< the exchange knows its request
    malformed,  ///< the exchange's reason says why
  };

  // A coroutine's locals stay in its frame as long as the connection lives, so code that needs room
  // is in functions beside it.
  [[nodiscard]] bool must_await_turn();
  [[nodiscard]] net::Task<> await_turn();
  [[nodiscard]] net::Task<bool> read_rest(HeadState state);
  [[nodiscard]] net::Task<> refuse(Errc code);
  [[nodiscard]] HeadState try_head();
  [[nodiscard]] bool has_request(HeadState state);
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
  MonotonicTime idle_since_;  ///< or when its first bytes arrived, if they had to wait
  std::unique_ptr<ConnectionMemo> memo_;
  ObjectPool<Exchange>::Ptr exchange_;  ///< null: no request is in progress
  std::unique_ptr<Reply> unsent_;  ///< the answer being sent, if the kernel did not take all of it
                                   ///< at once
  ClientStream::Sent sent_ = ClientStream::Sent::whole;
  std::optional<Errc> lost_;  ///< why the answer was not sent
  bool had_to_wait_ = false;  ///< for its turn
  bool served_ = false;       ///< at least one request
  bool has_yielded_ = false;  ///< its place has been given to another
};

}  // namespace weir::http
