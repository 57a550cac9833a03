/// Certificate and key files: reading, and the checks that each file allows by itself.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "base/clock.hpp"

namespace weir::net {

/// Paths of a server's certificate and key.
struct TlsFiles {
  std::string certificate;  ///< PEM: the server's own first, then the chain
  std::string key;          ///< PEM, not encrypted
};

/// A problem, and which of the two files has it.
struct TlsFault {
  enum class In : std::uint8_t { certificate, key };
  In in;
  std::string what;      ///< "cannot be read: No such file or directory"
  std::string expected;  ///< empty if `what` is sufficient
};

struct CertificateFree {
  void operator()(X509* certificate) const;
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

struct PrivateKeyFree {
  void operator()(EVP_PKEY* key) const;
};
using PrivateKey = std::unique_ptr<EVP_PKEY, PrivateKeyFree>;

/// All certificates of a PEM file, at least one; or the problem. Blocks on the disk.
[[nodiscard]] std::expected<std::vector<Certificate>, std::string> read_certificates(
    const std::string& path);

/// The file must be safe as a files::Purpose::secret. Blocks on the disk.
[[nodiscard]] std::expected<PrivateKey, TlsFault> read_private_key(const std::string& path);

/// The validity period of a certificate.
struct Validity {
  WallTime from;
  WallTime until;
};
[[nodiscard]] Validity validity_of(const X509& certificate);

}  // namespace weir::net
