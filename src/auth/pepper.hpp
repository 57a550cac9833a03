/// The secret under which key digests are made. It is kept outside the database, so that a copy of
/// the database alone says nothing about any key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "auth/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace weir::auth {

inline constexpr std::size_t kMinPepperChars = 32;

/// The file beside a database: "weir.db" → "weir.db.pepper".
[[nodiscard]] std::string pepper_path(std::string_view database_path);

/// Whether there are keys already that only their own pepper can open.
enum class StoredKeys : bool { none, some };

/// Reads the pepper; makes the file, mode 0600, if there is none and no key needs an old one.
/// Errors: store_failed, also for a file that others may read, and for one that is missing though
/// keys are stored: a new pepper would lock them all out.
[[nodiscard]] Result<Secret> open_pepper(const std::string& path, StoredKeys keys,
                                         const RandomSource& random);

/// For a pepper given in the config file. Errors: config_invalid.
[[nodiscard]] Result<> check_pepper(const Secret& pepper);

}  // namespace weir::auth
