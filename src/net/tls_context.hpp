/// A listener's TLS configuration: certificate, key and protocol rules.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_files.hpp"

namespace weir::net {

/// TLS 1.2 and 1.3; ECDHE and AEAD only, in the server's order; X25519 and P-256; no renegotiation,
/// no compression, no early data; ALPN http/1.1.
///
/// Threads: any; immutable. A connection keeps the context it began with.
class TlsContext {
 public:
  /// `tickets`: shared by all contexts of a listener, so that renewing the certificate ends no
  /// session; null: no tickets. Blocks on the disk.
  static std::expected<std::shared_ptr<const TlsContext>, TlsFault> open(
      const TlsFiles& files, std::shared_ptr<TicketKeys> tickets = {});
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  [[nodiscard]] SSL_CTX* native() const { return context_; }
  [[nodiscard]] WallTime valid_until() const { return validity_.until; }
  /// A problem that the operator should know of although nothing fails; empty: none.
  [[nodiscard]] std::string warning(WallTime now) const;

 private:
  TlsContext(SSL_CTX* context, std::shared_ptr<TicketKeys> tickets, Validity validity)
      : context_(context), tickets_(std::move(tickets)), validity_(validity) {}

  SSL_CTX* context_;
  std::shared_ptr<TicketKeys> tickets_;
  Validity validity_;
};

/// Keys from OpenSSL's random generator.
[[nodiscard]] std::shared_ptr<TicketKeys> make_ticket_keys();

}  // namespace weir::net
