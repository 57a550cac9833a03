/// One client connection: the loop of read, handle, write, and nothing else.
#pragma once

#include <atomic>
#include <cstdint>

#include <boost/intrusive/list.hpp>

#include "http/client_stream.hpp"
#include "http/handler.hpp"
#include "http/settings.hpp"
#include "net/deadline.hpp"
#include "net/socket.hpp"

namespace weir::http {

/// What the connections of one I/O thread share.
struct ConnectionContext {
  const Settings& settings;
  Handler& handler;
  net::DeadlineSweeper& sweeper;
  /// Of all threads: requests whose answer is being made. One that is answered at once never
  /// counts; one whose client is slow to read is bounded by max_connections and
  /// write_stall_timeout.
  std::atomic<std::int64_t>& in_flight;
  bool draining = false;

  [[nodiscard]] bool is_full() const {
    return in_flight.load(std::memory_order_relaxed) >= settings.max_in_flight;
  }
};

/// Threads:      one I/O thread.
/// Lifetime:     owned by the coroutine that runs it; `context` outlives it.
/// Cancellation: closes the socket; the exchange under way is reported as connection_lost.
class Connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Connection(net::Socket socket, ConnectionContext& context);

  /// Serves requests until either side has enough.
  [[nodiscard]] net::Task<> run();

  /// Answers the first request with 503 whatever it is, and closes: for a full server.
  [[nodiscard]] net::Task<> shed();

  /// Ends it now if it waits for a request; else after the answer under way.
  void drain();
  /// Ends it now.
  void abort();

 private:
  [[nodiscard]] net::Task<Result<>> read_rest(Result<bool> whole);
  [[nodiscard]] net::Task<Result<>> drop_body();
  [[nodiscard]] net::Task<> refuse(Errc code);
  /// Whether a whole head is there; then the exchange knows its request.
  [[nodiscard]] Result<bool> try_head();
  void begin_exchange();
  void end_exchange(Result<> sent);

  ClientStream client_;
  ConnectionContext& context_;
  Exchange exchange_;
  bool idle_ = true;  ///< between requests, with nothing received
};

}  // namespace weir::http
