#include "auth/digest.hpp"

#include <array>
#include <cstddef>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.hpp"

namespace weir::auth {

namespace {

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void Digester::Free::operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }

// A failure here means a broken OpenSSL or lack of memory, neither of which a caller could handle.
Digester::Digester(const Secret& pepper) {
  CHECK(!pepper.empty());
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  CHECK(mac != nullptr);
  context_.reset(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);  // the context holds its own reference
  CHECK(context_ != nullptr);
  std::array<char, 7> name{"SHA256"};
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_end()};
  const auto key = pepper.reveal();
  CHECK(EVP_MAC_init(context_.get(), bytes(key), key.size(), parameters) == 1);
}

store::Digest Digester::digest(std::string_view text) {
  store::Digest digest{};
  std::size_t size = 0;
  // Without a key this resets to the state after the key.
  CHECK(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  CHECK(EVP_MAC_update(context_.get(), bytes(text), text.size()) == 1);
  CHECK(EVP_MAC_final(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                      digest.size()) == 1);
  CHECK(size == digest.size());
  return digest;
}

bool equal(const store::Digest& a, const store::Digest& b) {
  const auto text = [](const store::Digest& digest) {
    return std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
  };
  return same_bytes(text(a), text(b));
}

}  // namespace weir::auth
