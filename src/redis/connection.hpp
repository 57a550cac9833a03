/// One connection to a Redis or Valkey server: a request, then its reply.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "codec/resp.hpp"
#include "net/socket.hpp"
#include "net/stream.hpp"
#include "net/worker_pool.hpp"
#include "redis/url.hpp"

namespace weir::redis {

/// Threads:  its executor's.
/// Lifetime: `close` before destruction. The pool outlives it.
class Connection {
 public:
  Connection(const Url& url, std::string ca_file, net::WorkerPool& pool, net::Executor executor);
  ~Connection();

  /// Errors: upstream_unreachable, upstream_tls_failed, deadline_exceeded, connection_lost.
  [[nodiscard]] net::Task<Result<>> open(MonotonicTime deadline);
  /// An error of the server is a value. Errors: deadline_exceeded, connection_lost, and those of
  /// codec::parse_resp. After any, the connection is of no use.
  [[nodiscard]] net::Task<Result<codec::RespValue>> call(std::vector<std::string> arguments,
                                                         MonotonicTime deadline);
  [[nodiscard]] net::Task<> close();

 private:
  struct Watch;

  [[nodiscard]] net::Task<Result<>> connect(MonotonicTime deadline);
  [[nodiscard]] net::Task<bool> send(const std::string& text);
  [[nodiscard]] net::Task<Result<codec::RespValue>> receive();
  [[nodiscard]] std::unexpected<Error> lost() const;
  void limit(MonotonicTime deadline);

  const Url& url_;
  std::string ca_file_;
  net::WorkerPool& pool_;
  net::Executor executor_;
  std::shared_ptr<net::Stream> stream_;
  std::shared_ptr<Watch> watch_;  ///< shared with the timer's handler
  std::string unread_;
};

}  // namespace weir::redis
