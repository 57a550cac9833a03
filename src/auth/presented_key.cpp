#include "auth/presented_key.hpp"

#include <string>

#include "auth/key_text.hpp"

namespace weir::auth {

const store::Digest* PresentedKey::digest(Digester& digester, std::string_view text) {
  if (!text_.empty() && same_secret(text, text_)) return &digest_;
  if (parse_key(text) != KeyFault::none) return nullptr;
  digest_ = digester.digest(text);
  text_ = Secret(std::string(text));
  return &digest_;
}

}  // namespace weir::auth
