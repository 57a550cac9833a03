/// The key that a server makes when it starts without any, where nobody watches it start.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/private_file.hpp"

namespace weir::app {

inline constexpr std::string_view kFirstKeyName = "default";

/// A new file beside the store, made before the key is: "weir.db" → "weir.db.first-key", or with
/// -2, -3 and so on behind it while there is one of an earlier store: it may be all that is left of
/// a key. Errors: already_exists when there are too many; store_failed.
[[nodiscard]] Result<store::NewPrivateFile> create_first_key_file(const std::string& store_path);

/// Writes the key into the file, and its path into the log.
/// Errors: store_failed; the detail says how to come by a key nevertheless.
[[nodiscard]] Result<> keep_first_key(store::NewPrivateFile& file, const Secret& key);

}  // namespace weir::app
