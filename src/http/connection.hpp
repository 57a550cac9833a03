/// One client connection: the loop of read, handle, write, and nothing else.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/intrusive/list.hpp>

#include "http/handler.hpp"
#include "http/message_parser.hpp"
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
  enum class Written : std::uint8_t { whole, in_part, failed };

  /// Ends what the connection waits for; the socket stays open, so it may still say 408.
  struct Timeout final : net::Deadline {
    explicit Timeout(net::Socket& waiting) : socket(waiting) {}
    void on_expired() override;
    net::Socket& socket;
  };

  [[nodiscard]] net::Task<Result<>> read_rest(Result<bool> whole);
  [[nodiscard]] net::Task<Result<>> read_body();
  [[nodiscard]] net::Task<Written> write_rest();
  [[nodiscard]] net::Task<> refuse(Errc code);
  [[nodiscard]] net::Task<> linger();

  /// Room at the end of in_ for one read; `took` says what became of it, and whether there is more.
  [[nodiscard]] boost::asio::mutable_buffer make_room();
  [[nodiscard]] bool took(boost::system::error_code error, std::size_t size);
  [[nodiscard]] Errc why_nothing_came() const;
  /// Whether in_ holds a whole head; then it is parsed.
  [[nodiscard]] Result<bool> try_head();
  void format_head(const Reply& reply, bool keep_alive);
  [[nodiscard]] Written try_write(const Reply& reply, bool keep_alive);
  [[nodiscard]] std::array<boost::asio::const_buffer, 2> out_buffers() const;
  void begin_exchange();
  void end_exchange(Written written);
  void drop_consumed();

  net::Socket socket_;
  Timeout timeout_;
  ConnectionContext& context_;
  MessageParser parser_;
  Exchange exchange_;
  std::string in_;  ///< received bytes; the head under work is at its start
  std::size_t head_size_ = 0;
  std::string next_;  ///< what came after the body: the next request's first bytes
  std::string out_;   ///< the response head
  std::string_view out_body_;
  std::size_t written_ = 0;  ///< of both
  bool idle_ = true;         ///< between requests, with nothing received
};

}  // namespace weir::http
