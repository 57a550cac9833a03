/// A plain HTTP client for background work: one request, one connection, one bounded answer.
///
/// It lists and probes upstreams; it does not forward calls. It follows no redirect and adds
/// nothing to the request it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/origin.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"

namespace weir::http {

class TlsClient;

struct FetchRequest {
  Origin origin;
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  ///< not empty: a POST of application/json
  std::size_t max_answer_bytes = 16 << 20;
  /// Takes the body of a 200 as it arrives, in pieces; the answer's is empty then. Empty: the body
  /// is collected.
  std::function<void(std::string_view)> on_piece = {};
};

struct FetchAnswer {
  int status = 0;
  std::string body;
  std::string location = {};  ///< the Location field; empty if there is none
  std::string link = {};      ///< the Link fields, joined by ", "; empty if there is none
};

/// Connections are not reused: callers fetch about once a minute.
///
/// Threads:  its executor's. Lifetime: outlives its fetches; `pool` outlives it.
class Fetcher {
 public:
  Fetcher(net::WorkerPool& pool, const TlsSettings& tls);
  ~Fetcher();

  /// Errors: as net::resolve and net::Connector; upstream_tls_failed, deadline_exceeded,
  ///         connection_lost, upstream_answer_too_large, upstream_answer_invalid.
  [[nodiscard]] net::Task<Result<FetchAnswer>> fetch(FetchRequest request, MonotonicTime deadline);

 private:
  net::WorkerPool& pool_;
  std::unique_ptr<TlsClient> tls_;
};

}  // namespace weir::http
