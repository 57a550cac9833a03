#include "net/tls_files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/secret.hpp"

namespace weir::net {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;  // the system's list of authorities has 220 KB
constexpr std::string_view kPrivateKey = "a file with one PEM private key (BEGIN PRIVATE KEY)";

struct File {
  Secret text;
  struct stat about{};
};

std::expected<File, std::string> read(const std::string& path) {
  const auto failed = [] { return std::unexpected(std::string(std::strerror(errno))); };
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failed();
  const auto close = [](const int* open) { ::close(*open); };
  const std::unique_ptr<const int, decltype(close)> closing(&descriptor, close);
  File file;
  if (::fstat(descriptor, &file.about) != 0) return failed();
  if (!S_ISREG(file.about.st_mode)) return std::unexpected("it is not a regular file");
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto size = ::read(descriptor, chunk.data(), chunk.size());
    if (size < 0) return failed();
    if (size == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(size));
    if (text.size() > kMaxFileBytes) return std::unexpected("it is larger than 1 MiB");
  }
  ::OPENSSL_cleanse(chunk.data(), chunk.size());
  file.text = Secret(std::move(text));
  return file;
}

struct BioFree {
  void operator()(BIO* bio) const { ::BIO_free(bio); }
};
std::unique_ptr<BIO, BioFree> reader_of(std::string_view text) {
  return std::unique_ptr<BIO, BioFree>(
      ::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool at_end_of_pem() {
  const auto error = ::ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

// Fails instead of prompting for a password.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::unexpected<TlsFault> wrong_key(std::string what, std::string_view expected = {}) {
  return std::unexpected(TlsFault{TlsFault::In::key, std::move(what), std::string(expected)});
}

bool is_private(const struct stat& about) {
  const auto others = about.st_mode & 077U;
  return others == 0 || (others == S_IRGRP && about.st_uid == 0 && ::geteuid() != 0);
}

WallTime wall_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallClock::from_time_t(::timegm(&parts));
}

}  // namespace

void CertificateFree::operator()(X509* certificate) const { ::X509_free(certificate); }
void PrivateKeyFree::operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }

std::expected<std::vector<Certificate>, std::string> read_certificates(const std::string& path) {
  const auto file = read(path);
  if (!file) return std::unexpected("cannot be read: " + file.error());
  const auto bio = reader_of(file->text.reveal());
  std::vector<Certificate> certificates;
  ::ERR_clear_error();
  for (;;) {
    Certificate next(::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    certificates.push_back(std::move(next));
  }
  const bool whole = at_end_of_pem();
  ::ERR_clear_error();
  if (certificates.empty()) return std::unexpected("holds no PEM certificate");
  if (!whole) return std::unexpected("holds a certificate that cannot be read");
  return certificates;
}

std::expected<PrivateKey, TlsFault> read_private_key(const std::string& path) {
  const auto file = read(path);
  if (!file) return wrong_key("cannot be read: " + file.error(), kPrivateKey);
  if (!is_private(file->about)) {
    return wrong_key(
        fmt::format("may be read or written by others (mode {:04o})", file->about.st_mode & 07777U),
        fmt::format("a file for its owner alone: chmod 600 {}", path));
  }
  const auto bio = reader_of(file->text.reveal());
  bool asked = false;
  PrivateKey key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &asked));
  ::ERR_clear_error();
  if (asked) return wrong_key("is encrypted", "a key without a pass phrase");
  if (!key) return wrong_key("does not hold a private key", kPrivateKey);
  return key;
}

Validity validity_of(const X509& certificate) {
  return {.from = wall_time_of(::X509_get0_notBefore(&certificate)),
          .until = wall_time_of(::X509_get0_notAfter(&certificate))};
}

}  // namespace weir::net
