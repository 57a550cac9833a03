/// The interface between a server and its routes. The API and the admin pages implement it.
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

/// State that a handler keeps from one request of a connection to the next, until the connection is
/// idle.
struct ConnectionMemo {
  virtual ~ConnectionMemo() = default;
};

/// One request and its outcome. The handler fills in the fields for the access log.
struct Exchange {
  /// Resets everything but the peer and allocated capacity.
  void reset() {
    Exchange fresh;
    fresh.peer = peer;
    fresh.peer_text = std::move(peer_text);
    fresh.caller = std::move(caller);
    fresh.caller.clear();
    *this = std::move(fresh);
  }

  const Request* request = nullptr;  ///< null if the head could not be parsed
  ClientStream* client = nullptr;    ///< the request's body, and the means to answer in pieces
  std::unique_ptr<ConnectionMemo>* memo = nullptr;  ///< owned by the handler
  boost::asio::ip::address peer;
  std::string peer_text;
  telemetry::TraceId trace_id;
  std::string_view route = "none";  ///< label of the route, a literal
  std::string caller;               ///< id of the key, never the key
  std::optional<Errc> reason;       ///< why the request was not served
  int status = 0;
  std::uint64_t body_bytes = 0;
  MonotonicTime started;  ///< when the first byte of the request arrived
  MonotonicTime whole;    ///< when the head, and the body if it was dropped, was complete;
                          ///< decisions about it use this time
  WallTime whole_at;      ///< the same moment
  MonotonicTime ended;    ///< when the answer had been sent
};

/// A complete answer; null if the handler has answered through Exchange::client.
using Outcome = std::unique_ptr<Reply>;

/// An answer, or the coroutine that computes it. Nearly all answers are ready at once, and a
/// coroutine for each would cost as much as computing it.
using Answer = std::variant<Reply, net::Task<Outcome>>;

/// One per I/O thread and used by that thread alone, so its state needs no locks.
class Handler {
 public:
  virtual ~Handler() = default;

  /// True if `handle` reads the request's body itself. Otherwise the body is read and dropped
  /// first, at most server.max_body_bytes.
  [[nodiscard]] virtual bool takes_body(const Request& request) = 0;

  /// Answers a well-formed request. The request's views live until the task ends.
  [[nodiscard]] virtual Answer handle(Exchange& exchange) = 0;

  /// The answer to an HTTP error, or when the server is full. `handle` is not called then.
  [[nodiscard]] virtual Reply refuse(Exchange& exchange, Errc code) = 0;

  /// Called after the answer is sent, or the connection is lost: for log and metrics.
  virtual void finished(const Exchange& exchange) = 0;
};

}  // namespace weir::http
