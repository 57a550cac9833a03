/// TLS towards servers: one set of certificates, and what each handshake checks.
#pragma once

#include <optional>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "base/result.hpp"
#include "http/origin.hpp"
#include "net/socket.hpp"
#include "net/worker_pool.hpp"

namespace weir::http {

using TlsStream = boost::asio::ssl::stream<net::Socket&>;

/// Made with the first use: loading certificates costs MiB, and tens of milliseconds, which a
/// thread of the pool has.
///
/// Threads: one. Lifetime: outlives its streams; the pool outlives it.
class TlsClient {
 public:
  TlsClient(TlsSettings settings, net::WorkerPool& pool)
      : settings_(std::move(settings)), pool_(pool) {}

  /// Valid as long as this. Errors: upstream_tls_failed when the certificates cannot be loaded.
  [[nodiscard]] net::Task<Result<boost::asio::ssl::context*>> context();

  /// Sets what the handshake sends and checks: the server's name.
  void prepare(TlsStream& stream, const std::string& host) const;

  [[nodiscard]] const TlsSettings& settings() const { return settings_; }

 private:
  TlsSettings settings_;
  net::WorkerPool& pool_;
  std::optional<boost::asio::ssl::context> context_;
};

}  // namespace weir::http
