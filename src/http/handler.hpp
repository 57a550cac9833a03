/// What a server does with requests: the API and the admin pages are two of these.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/asio/ip/address.hpp>

#include "base/clock.hpp"
#include "base/errc.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"
#include "net/task.hpp"
#include "telemetry/trace_id.hpp"

namespace weir::http {

class ClientStream;

/// What a handler wants to remember from one request of a connection to the next, until the
/// connection is idle.
struct ConnectionMemo {
  virtual ~ConnectionMemo() = default;
};

/// One request and what became of it. The handler fills in what the access log is to say.
struct Exchange {
  /// As if it were new, but for the peer and what there is room for.
  void reset() {
    Exchange fresh;
    fresh.peer = peer;
    fresh.peer_text = std::move(peer_text);
    fresh.caller = std::move(caller);
    fresh.caller.clear();
    *this = std::move(fresh);
  }

  const Request* request = nullptr;  ///< null when the head could not be parsed
  ClientStream* client = nullptr;    ///< the request's body, and the way to answer in pieces
  std::unique_ptr<ConnectionMemo>* memo = nullptr;  ///< the handler's
  boost::asio::ip::address peer;
  std::string peer_text;
  telemetry::TraceId trace_id;
  std::string_view route = "none";  ///< label of the route, a literal
  std::string caller;               ///< id of the key, never the key
  std::optional<Errc> reason;       ///< why it was not answered as asked
  int status = 0;
  std::uint64_t body_bytes = 0;
  MonotonicTime started;  ///< its first byte was here
  MonotonicTime whole;    ///< its head, and the body if it was dropped, was here; what is decided
                          ///< about it is decided as of then
  WallTime whole_at;      ///< the same moment
  MonotonicTime ended;    ///< its answer was gone
};

/// A complete answer; or null, from a handler that has answered through Exchange::client.
using Outcome = std::unique_ptr<Reply>;

/// An answer, or the coroutine that will have it. Nearly all answers are at hand, and a coroutine
/// for each would cost as much as finding it.
using Answer = std::variant<Reply, net::Task<Outcome>>;

/// One per I/O thread, used by it alone: no locks in a handler's own state.
class Handler {
 public:
  virtual ~Handler() = default;

  /// Whether `handle` reads the request's body itself. Of other requests the body is read and
  /// dropped first, at most server.max_body_bytes.
  [[nodiscard]] virtual bool takes_body(const Request& request) = 0;

  /// Answers a well-formed request. The request's views live until the task ends.
  [[nodiscard]] virtual Answer handle(Exchange& exchange) = 0;

  /// The answer when HTTP itself went wrong, or the server is full: no handler is asked then.
  [[nodiscard]] virtual Reply refuse(Exchange& exchange, Errc code) = 0;

  /// After the answer is out, or the connection was lost on the way: for log and metrics.
  virtual void finished(const Exchange& exchange) = 0;
};

}  // namespace weir::http
