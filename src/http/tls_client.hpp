/// TLS towards servers: one set of certificates, and what each handshake checks.
#pragma once

#include <optional>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "base/result.hpp"
#include "http/origin.hpp"
#include "net/socket.hpp"

namespace weir::http {

using TlsStream = boost::asio::ssl::stream<net::Socket&>;

/// Made with the first use: loading certificates costs MiB.
///
/// Threads: one. Lifetime: outlives its streams.
class TlsClient {
 public:
  explicit TlsClient(TlsSettings settings) : settings_(std::move(settings)) {}

  /// Errors: upstream_tls_failed when the certificates cannot be loaded.
  [[nodiscard]] Result<boost::asio::ssl::context*> context();

  /// Sets what the handshake sends and checks: the server's name.
  void prepare(TlsStream& stream, const std::string& host) const;

  [[nodiscard]] const TlsSettings& settings() const { return settings_; }

 private:
  TlsSettings settings_;
  std::optional<boost::asio::ssl::context> context_;
};

}  // namespace weir::http
