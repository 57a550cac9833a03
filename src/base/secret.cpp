#include "base/secret.hpp"

#include <cstring>

#include <openssl/crypto.h>

namespace weir {

void wipe(std::string& text) {
  text.resize(text.capacity());
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

Secret::~Secret() { wipe(text_); }

bool same_secret(std::string_view text, const Secret& secret) {
  const auto expected = secret.reveal();
  return text.size() == expected.size() &&
         ::CRYPTO_memcmp(text.data(), expected.data(), text.size()) == 0;
}

}  // namespace weir
