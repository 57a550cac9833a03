/// TLS towards servers: a set of trusted certificates, and the checks of each handshake.
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

/// Created on first use, on a thread of the pool: loading certificates takes several MiB and tens
/// of milliseconds.
///
/// Threads: one. Lifetime: outlives its streams; the pool outlives it.
class TlsClient {
 public:
  TlsClient(TlsSettings settings, net::WorkerPool& pool)
      : settings_(std::move(settings)), pool_(pool) {}

  /// Valid as long as this. Errors: upstream_tls_failed when the certificates cannot be loaded.
  [[nodiscard]] net::Task<Result<boost::asio::ssl::context*>> context();

  /// Sets the name that the handshake sends (SNI) and verifies.
  void prepare(TlsStream& stream, const std::string& host) const;

  [[nodiscard]] const TlsSettings& settings() const { return settings_; }

 private:
  TlsSettings settings_;
  net::WorkerPool& pool_;
  std::optional<boost::asio::ssl::context> context_;
};

}  // namespace weir::http
