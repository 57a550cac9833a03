#include "net/tls_files.hpp"

#include <ctime>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "files/read_file.hpp"

namespace weir::net {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;  // the system's list of authorities has 220 KB
constexpr std::string_view kPrivateKey = "a file with one PEM private key (BEGIN PRIVATE KEY)";

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

WallTime wall_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallClock::from_time_t(::timegm(&parts));
}

}  // namespace

void CertificateFree::operator()(X509* certificate) const { ::X509_free(certificate); }
void PrivateKeyFree::operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }

std::expected<std::vector<Certificate>, std::string> read_certificates(const std::string& path) {
  const auto file = files::read_file(path, kMaxFileBytes);
  if (!file) return std::unexpected("cannot be read: " + file.error().what);
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
  if (certificates.empty()) return std::unexpected("contains no PEM certificate");
  if (!whole) return std::unexpected("contains a certificate that cannot be read");
  return certificates;
}

std::expected<PrivateKey, TlsFault> read_private_key(const std::string& path) {
  const auto file = files::read_file(path, kMaxFileBytes);
  if (!file) return wrong_key("cannot be read: " + file.error().what, kPrivateKey);
  if (auto refused = files::refusal(path, file->facts, files::Purpose::secret)) {
    return wrong_key(std::move(refused->what), refused->expected);
  }
  const auto bio = reader_of(file->text.reveal());
  bool asked = false;
  PrivateKey key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &asked));
  ::ERR_clear_error();
  if (asked) return wrong_key("is encrypted", "a key without a passphrase");
  if (!key) return wrong_key("contains no private key", kPrivateKey);
  return key;
}

Validity validity_of(const X509& certificate) {
  return {.from = wall_time_of(::X509_get0_notBefore(&certificate)),
          .until = wall_time_of(::X509_get0_notAfter(&certificate))};
}

}  // namespace weir::net
