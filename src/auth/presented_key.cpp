#include "auth/presented_key.hpp"

#include <string>

#include <openssl/crypto.h>

#include "auth/key_text.hpp"

namespace weir::auth {

const store::Digest* PresentedKey::digest(Digester& digester, std::string_view text) {
  const auto last = text_.reveal();
  const bool same = !last.empty() && last.size() == text.size() &&
                    CRYPTO_memcmp(last.data(), text.data(), text.size()) == 0;
  if (same) return &digest_;
  if (parse_key(text) != KeyFault::none) return nullptr;
  digest_ = digester.digest(text);
  text_ = Secret(std::string(text));
  return &digest_;
}

}  // namespace weir::auth
