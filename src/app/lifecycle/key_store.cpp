#include "app/lifecycle/key_store.hpp"

#include <filesystem>

#include "auth/pepper.hpp"

namespace weir::app {

store::SqliteOptions store_options(const Settings& settings) {
  constexpr std::int64_t kPageBytes = 4'096;
  store::SqliteOptions options;
  options.path = store_path(settings);
  options.usage_max_pages = settings.usage.store_bytes / kPageBytes;
  return options;
}

Result<KeyStore> open_key_store(const Settings& settings, Missing missing) {
  const auto options = store_options(settings);
  if (missing == Missing::is_an_error && !std::filesystem::exists(options.path)) {
    return fail(
        Errc::not_found,
        "there is no store at " + options.path +
            "; create one with `weir keys create NAME`, or give the config file with --config");
  }
  auto opened = store::SqliteStore::open(options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  KeyStore result;
  result.store = std::move(*opened);
  if (!settings.pepper.empty()) {
    if (auto ok = auth::check_pepper(settings.pepper); !ok) return std::unexpected(ok.error());
    result.pepper = settings.pepper;
    return result;
  }
  const auto has_keys = result.store->has_keys();
  if (!has_keys) return std::unexpected(has_keys.error());
  auto pepper = auth::open_pepper(auth::pepper_path(options.path),
                                  *has_keys ? auth::StoredKeys::some : auth::StoredKeys::none,
                                  auth::system_random);
  if (!pepper) return std::unexpected(std::move(pepper.error()));
  result.pepper = std::move(*pepper);
  return result;
}

}  // namespace weir::app
