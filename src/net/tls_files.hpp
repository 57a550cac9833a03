/// The files of a server's identity: read, and checked as far as each can be alone.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "base/clock.hpp"

namespace weir::net {

/// Where they are.
struct TlsFiles {
  std::string certificate;  ///< PEM: the server's own first, then those that vouch for it
  std::string key;          ///< PEM, not encrypted
};

/// What is wrong, and with which of the two.
struct TlsFault {
  enum class In : std::uint8_t { certificate, key };
  In in;
  std::string what;      ///< "cannot be read: No such file or directory"
  std::string expected;  ///< empty where `what` says all
};

struct CertificateFree {
  void operator()(X509* certificate) const;
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

struct PrivateKeyFree {
  void operator()(EVP_PKEY* key) const;
};
using PrivateKey = std::unique_ptr<EVP_PKEY, PrivateKeyFree>;

/// All certificates of a PEM file, at least one. On failure: what is wrong. Blocks on the disk.
[[nodiscard]] std::expected<std::vector<Certificate>, std::string> read_certificates(
    const std::string& path);

/// The file must be its owner's alone; root's may be for a group as well, since a server that is
/// not root could not read it otherwise. Blocks on the disk.
[[nodiscard]] std::expected<PrivateKey, TlsFault> read_private_key(const std::string& path);

/// When the certificate is valid.
struct Validity {
  WallTime from;
  WallTime until;
};
[[nodiscard]] Validity validity_of(const X509& certificate);

}  // namespace weir::net
