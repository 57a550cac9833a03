/// Opens the key store and its pepper: what `weir serve` and `weir keys` both begin with.
#pragma once

#include <memory>
#include <string>

#include "app/settings.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/store.hpp"

namespace weir::app {

struct KeyStore {
  std::unique_ptr<store::Store> store;
  Secret pepper;
};

/// `settings.store` is "sqlite:PATH"; the file and its pepper are made on first use.
/// Errors: config_invalid, store_failed. Blocks on the disk.
[[nodiscard]] Result<KeyStore> open_key_store(const Settings& settings);

}  // namespace weir::app
