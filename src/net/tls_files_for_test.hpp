/// Certificates and keys generated for tests.
#pragma once

#include <cstdio>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/temporary_directory_for_test.hpp"
#include "net/tls_files.hpp"

namespace weir::net {

/// A self-signed identity for `localhost`.
struct MadeIdentity {
  std::string certificate;  ///< PEM
  std::string key;          ///< PEM
};

/// Valid from `from` to `until`, in seconds from now. An RSA key of `rsa_bits`, or P-256 if that is
/// 0.
inline MadeIdentity make_identity(long from = -3600, long until = 3600, unsigned rsa_bits = 0) {
  const PrivateKey key(rsa_bits > 0 ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* host = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  const auto text_of = [](auto write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  };
  return {.certificate = text_of([&](BIO* to) { PEM_write_bio_X509(to, certificate.get()); }),
          .key = text_of([&](BIO* to) {
            PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

/// A directory with identity files, removed with the test.
class IdentityFolder {
 public:
  std::string put(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const auto path = directory_.path() + "/" + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  TlsFiles put(const MadeIdentity& identity) const {
    return {.certificate = put("chain.pem", identity.certificate, 0644),
            .key = put("key.pem", identity.key)};
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace weir::net
