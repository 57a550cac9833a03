/// The key that a server creates when it starts without any and without a terminal.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/private_file.hpp"

namespace weir::app {

inline constexpr std::string_view kFirstKeyName = "default";

/// Creates a file beside the store, before the key: "weir.db" → "weir.db.first-key", or with the
/// suffix -2, -3 and so on while there is one of an earlier store, which may be the only copy of a
/// key.
/// Errors: already_exists if there are too many; store_failed.
[[nodiscard]] Result<store::NewPrivateFile> create_first_key_file(const std::string& store_path);

/// Writes the key into the file, and the file's path into the log.
/// Errors: store_failed; the detail says how to get a key nevertheless.
[[nodiscard]] Result<> keep_first_key(store::NewPrivateFile& file, const Secret& key);

}  // namespace weir::app
