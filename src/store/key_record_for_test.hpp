/// For tests: keys that differ by a number.
#pragma once

#include <cstddef>

#include <fmt/format.h>

#include "store/store.hpp"

namespace weir::store {

/// REQUIRES: 0 <= number < 65536.
inline KeyRecord key(int number) {
  KeyRecord made;
  made.id = fmt::format("key_{:012}", number);
  made.name = fmt::format("name {}", number);
  made.grant.models = {"*"};
  KeySecret secret;
  secret.digest[0] = static_cast<std::byte>(number & 0xff);
  secret.digest[1] = static_cast<std::byte>(number >> 8);
  made.secrets = {secret};
  return made;
}

}  // namespace weir::store
