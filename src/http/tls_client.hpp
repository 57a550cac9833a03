/// The trusted certificates of connections to some servers, loaded when they are first needed.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "http/origin.hpp"
#include "net/interrupt.hpp"
#include "net/task.hpp"
#include "net/tls_client_context.hpp"
#include "net/worker_pool.hpp"

namespace weir::http {

/// Threads: one. Lifetime: the pool outlives it.
class TlsClient {
 public:
  TlsClient(TlsSettings settings, net::WorkerPool& pool)
      : settings_(std::move(settings)), pool_(pool) {}

  /// Created on first use, on a thread of the pool.
  /// Errors: upstream_tls_failed when the certificates cannot be loaded, or `interrupt` fired.
  [[nodiscard]] net::Task<Result<std::shared_ptr<const net::TlsClientContext>>> context(
      net::Interrupt& interrupt);  // outlives the task

  [[nodiscard]] const TlsSettings& settings() const { return settings_; }

 private:
  TlsSettings settings_;
  net::WorkerPool& pool_;
  std::shared_ptr<const net::TlsClientContext> context_;
};

}  // namespace weir::http
