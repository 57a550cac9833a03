#include "net/tls_context.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/check.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::net {
namespace {

constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256";
constexpr std::string_view kProtocol = "http/1.1";
constexpr int kSecurityLevel = 2;  // RSA of at least 2048 bits, no SHA-1
constexpr long kSessionSeconds = 3600;
// Bound on early data that is skipped (RFC 8446 §4.2.10) when a client sends it although this
// server never allowed it. The value of OpenSSL's servers, nginx among them.
constexpr std::uint32_t kSkippedEarlyData = SSL3_RT_MAX_PLAIN_LENGTH;

// RFC 7301 §3.2: a client that offers protocols, but not this one, gets an alert.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  std::string_view rest(reinterpret_cast<const char*>(offered), offered_size);
  while (!rest.empty()) {
    const std::size_t length = static_cast<unsigned char>(rest[0]);
    if (length >= rest.size()) break;
    if (rest.substr(1, length) == kProtocol) {
      *chosen = reinterpret_cast<const unsigned char*>(rest.data() + 1);
      *size = static_cast<unsigned char>(length);
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(1 + length);
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_mac(EVP_MAC_CTX* mac, TicketKey& key) {
  std::array params{
      ::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
      ::OSSL_PARAM_construct_end()};
  return ::EVP_MAC_CTX_set_params(mac, params.data()) == 1;
}

// Source: SSL_CTX_set_tlsext_ticket_key_evp_cb(3). Returns -1: error; 0: no ticket; 1: valid; 2:
// valid, but to be renewed.
int ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
               EVP_MAC_CTX* mac, int sealing) {
  auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(ssl)));
  const auto now = monotonic_now();
  const std::span<const std::uint8_t, 16> named(name, 16);
  auto key = sealing == 1 ? keys->newest(now) : keys->find(named, now);
  if (!key) return 0;
  bool good = false;
  if (sealing == 1) {
    std::ranges::copy(key->name, name);
    good = ::RAND_bytes(iv, EVP_MAX_IV_LENGTH) == 1 &&
           ::EVP_EncryptInit_ex(cipher, ::EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1;
  } else {
    good = ::EVP_DecryptInit_ex(cipher, ::EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1;
  }
  good = good && set_mac(mac, *key);
  // A TLS 1.3 ticket is used once, so that an observer cannot link connections (RFC 8446 appendix
  // C.4).
  const bool renewed =
      ::SSL_version(ssl) == TLS1_3_VERSION || now - key->made >= TicketKeys::kRotation;
  ::OPENSSL_cleanse(&*key, sizeof(TicketKey));
  if (!good) return -1;
  return sealing == 0 && renewed ? 2 : 1;
}

void set_rules(SSL_CTX* context) {
  ::SSL_CTX_set_security_level(context, kSecurityLevel);
  CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
  CHECK(::SSL_CTX_set_cipher_list(context, kCiphers12) == 1);
  CHECK(::SSL_CTX_set_ciphersuites(context, kCiphers13) == 1);
  CHECK(SSL_CTX_set1_groups_list(context, kGroups) == 1);
  ::SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  ::SSL_CTX_set_max_early_data(context, 0);
  ::SSL_CTX_set_recv_max_early_data(context, kSkippedEarlyData);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // A read ends after any record, so that a peer that sends only key updates cannot hold the
  // thread.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(context, 1);  // head and body of a record with one system call
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_timeout(context, kSessionSeconds);
  ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

std::string last_reason() {
  const auto error = ::ERR_peek_last_error();
  const char* reason = ::ERR_reason_error_string(error);
  std::string text = reason == nullptr ? "unknown reason" : reason;
  ::ERR_clear_error();
  return text;
}

std::unexpected<TlsFault> wrong(TlsFault::In in, std::string what, std::string expected = {}) {
  return std::unexpected(TlsFault{in, std::move(what), std::move(expected)});
}

}  // namespace

std::shared_ptr<TicketKeys> make_ticket_keys() {
  return std::make_shared<TicketKeys>([](std::span<std::uint8_t> room) {
    return ::RAND_priv_bytes(room.data(), static_cast<int>(room.size())) == 1;
  });
}

std::expected<std::shared_ptr<const TlsContext>, TlsFault> TlsContext::open(
    const TlsFiles& files, std::shared_ptr<TicketKeys> tickets) {
  using enum TlsFault::In;
  auto certificates = read_certificates(files.certificate);
  if (!certificates)
    return wrong(certificate, certificates.error(),
                 "a file with PEM certificates (BEGIN CERTIFICATE), the server certificate first");
  auto private_key = read_private_key(files.key);
  if (!private_key) return std::unexpected(std::move(private_key.error()));

  const auto& own = *certificates->front();
  if (::X509_check_private_key(&own, private_key->get()) != 1) {
    ::ERR_clear_error();
    return wrong(key, "does not belong to the certificate in " + files.certificate,
                 "the private key of that certificate");
  }
  std::shared_ptr<TlsContext> made(
      new TlsContext(::SSL_CTX_new(::TLS_server_method()), std::move(tickets), validity_of(own)));
  SSL_CTX* context = made->context_;
  CHECK(context != nullptr);
  set_rules(context);
  if (::SSL_CTX_use_certificate(context, certificates->front().get()) != 1) {
    return wrong(certificate, "cannot be used: " + last_reason(),
                 "a certificate with an EC key, or an RSA key of at least 2048 bits");
  }
  for (auto& next : std::span(*certificates).subspan(1)) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) {
      return wrong(certificate, "has an unusable certificate chain: " + last_reason());
    }
    static_cast<void>(next.release());  // now owned by the context
  }
  if (::SSL_CTX_use_PrivateKey(context, private_key->get()) != 1) {
    return wrong(key, "cannot be used: " + last_reason());
  }
  if (made->tickets_) {
    SSL_CTX_set_app_data(context, made->tickets_.get());
    ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key);
  } else {
    ::SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    ::SSL_CTX_set_num_tickets(context, 0);
  }
  return made;
}

TlsContext::~TlsContext() { ::SSL_CTX_free(context_); }

std::string TlsContext::warning(WallTime now) const {
  if (now >= validity_.until) return "expired at " + telemetry::format_http_date(validity_.until);
  if (now < validity_.from)
    return "is not valid before " + telemetry::format_http_date(validity_.from);
  return {};
}

}  // namespace weir::net
