/// Sends one Ask to one upstream.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "discovery/ask.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"
#include "http/fetch.hpp"
#include "net/task.hpp"

namespace weir::discovery {

/// The address of one upstream. Only the origin of the base URL is used: asks have targets.
struct Target {
  BaseUrl base;
  const Kind* kind = nullptr;
  Secret key;
  http::TlsSettings tls;
};

/// Threads: its executor's. Lifetime: outlives its sends.
class Asker {
 public:
  explicit Asker(net::WorkerPool& pool) : pool_(pool) {}

  /// The answer at `ask.target`, or at the target of the only redirect that is followed
  /// (redirect.hpp). Errors: as http::Fetcher::fetch.
  [[nodiscard]] net::Task<Result<Answer>> send(
      const Target& target, Ask ask, std::size_t max_answer_bytes,
      MonotonicTime deadline);  // target: outlives the task

 private:
  [[nodiscard]] http::Fetcher& fetcher(const http::TlsSettings& tls);

  net::WorkerPool& pool_;
  /// One per set of TLS settings, since each holds the certificates.
  std::vector<std::pair<http::TlsSettings, std::unique_ptr<http::Fetcher>>> fetchers_;
};

}  // namespace weir::discovery
