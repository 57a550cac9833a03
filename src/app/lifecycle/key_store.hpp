/// Opens the key store and its pepper, for `weir serve` and `weir keys`.
#pragma once

#include <memory>

#include "app/lifecycle/settings.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/sqlite_store.hpp"

namespace weir::app {

struct KeyStore {
  std::unique_ptr<store::SqliteStore> store;
  Secret pepper;
};

/// Whether a missing store is created: for a server, and to create a key; a command that only reads
/// or changes would create an empty one in the wrong place.
enum class Missing : bool { is_made, is_an_error };

[[nodiscard]] store::SqliteOptions store_options(const Settings& settings);

/// Errors: not_found, config_invalid, store_failed. Blocks on the disk.
[[nodiscard]] Result<KeyStore> open_key_store(const Settings& settings, Missing missing);

}  // namespace weir::app
