/// The `keys` section of the config file.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "config/schema_fwd.hpp"
#include "store/key_grant.hpp"

namespace weir::auth {

/// One entry of `keys`, with the properties of a stored key.
struct KeySettings {
  std::string name;
  Secret key;
  store::KeyGrant grant = {.models = {"*"}};
  bool disabled = false;
};

/// The rows of one entry of `keys`.
[[nodiscard]] config::Schema<KeySettings> key_schema();

}  // namespace weir::auth
