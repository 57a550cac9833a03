#include "app/key_store.hpp"

#include "auth/pepper.hpp"
#include "store/sqlite_store.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

}  // namespace

Result<KeyStore> open_key_store(const Settings& settings) {
  if (!settings.store.starts_with(kSqlite) || settings.store.size() == kSqlite.size()) {
    return fail(Errc::config_invalid,
                "store: \"" + settings.store + "\" is not allowed; expected sqlite:PATH");
  }
  store::SqliteOptions options;
  options.path = settings.store.substr(kSqlite.size());
  auto opened = store::SqliteStore::open(options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  KeyStore result;
  result.store = std::move(*opened);
  if (!settings.pepper.empty()) {
    if (auto ok = auth::check_pepper(settings.pepper); !ok) return std::unexpected(ok.error());
    result.pepper = settings.pepper;
    return result;
  }
  const auto keys = result.store->list();
  if (!keys) return std::unexpected(keys.error());
  auto pepper = auth::open_pepper(auth::pepper_path(options.path),
                                  keys->empty() ? auth::StoredKeys::none : auth::StoredKeys::some,
                                  auth::system_random);
  if (!pepper) return std::unexpected(std::move(pepper.error()));
  result.pepper = std::move(*pepper);
  return result;
}

}  // namespace weir::app
