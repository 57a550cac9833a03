#include "net/tls_client_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.hpp"
#include "net/tls_files.hpp"

namespace weir::net {
namespace {

void set_rules(SSL_CTX* context) {
  CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // As in TlsContext.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(context, 1);
}

}  // namespace

std::expected<std::shared_ptr<const TlsClientContext>, std::string> TlsClientContext::open(
    const std::string& ca_file) {
  std::shared_ptr<TlsClientContext> made(
      new TlsClientContext(::SSL_CTX_new(::TLS_client_method())));
  SSL_CTX* context = made->context_;
  CHECK(context != nullptr);
  set_rules(context);
  if (ca_file.empty()) {
    if (::SSL_CTX_set_default_verify_paths(context) == 1) return made;
    ::ERR_clear_error();
    return std::unexpected("the system's certificates cannot be read");
  }
  auto trusted = read_certificates(ca_file);
  if (!trusted) return std::unexpected(ca_file + " " + trusted.error());
  for (const auto& certificate : *trusted) {
    ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context), certificate.get());
  }
  return made;
}

TlsClientContext::~TlsClientContext() { ::SSL_CTX_free(context_); }

}  // namespace weir::net
