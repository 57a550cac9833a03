/// Opens the key store and its pepper: what `weir serve` and `weir keys` both begin with.
#pragma once

#include <memory>

#include "app/settings.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/store.hpp"

namespace weir::app {

struct KeyStore {
  std::unique_ptr<store::Store> store;
  Secret pepper;
};

/// Whether a store that is not there is made: by a server, and for a key; a command that only looks
/// or changes would make an empty one where it was not meant to be.
enum class Missing : bool { is_made, is_an_error };

/// Errors: not_found, config_invalid, store_failed. Blocks on the disk.
[[nodiscard]] Result<KeyStore> open_key_store(const Settings& settings, Missing missing);

}  // namespace weir::app
