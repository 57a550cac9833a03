/// Authenticates a key's text in one step; the API uses two.
#pragma once

#include <expected>
#include <string_view>

#include "auth/key_table.hpp"
#include "auth/presented_key.hpp"

namespace weir::auth {

inline std::expected<const KeyEntry*, Errc> authenticate_for_test(const KeyTable& table,
                                                                  Digester& digester,
                                                                  std::string_view text,
                                                                  const Address& peer,
                                                                  WallTime now) {
  PresentedKey key;
  const auto* digest = key.digest(digester, text);
  if (digest == nullptr) return std::unexpected(Errc::invalid_token);
  return table.authenticate(*digest, peer, now);
}

}  // namespace weir::auth
