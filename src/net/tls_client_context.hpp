/// TLS towards servers: protocol rules and the certificates that are trusted.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace weir::net {

/// TLS 1.2 and 1.3; every server's certificate is verified.
///
/// Threads: any; immutable.
class TlsClientContext {
 public:
  /// `ca_file`: PEM certificates to trust; empty: those of the system. Takes several MiB and tens
  /// of milliseconds, and blocks on the disk. Returns why it failed.
  static std::expected<std::shared_ptr<const TlsClientContext>, std::string> open(
      const std::string& ca_file);
  TlsClientContext(const TlsClientContext&) = delete;
  TlsClientContext& operator=(const TlsClientContext&) = delete;
  ~TlsClientContext();

  [[nodiscard]] SSL_CTX* native() const { return context_; }

 private:
  explicit TlsClientContext(SSL_CTX* context) : context_(context) {}

  SSL_CTX* context_;
};

}  // namespace weir::net
