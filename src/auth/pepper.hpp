/// The secret key of key digests. It is stored outside the database, so that a copy of the database
/// alone reveals nothing about any key.
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

/// `some`: keys are stored whose digests need the existing pepper.
enum class StoredKeys : bool { none, some };

/// Reads the pepper; creates the file, mode 0600, if there is none and no stored key needs an old
/// one.
/// Errors: store_failed, also for a file that others may read, and for a missing one although keys
/// are stored: a new pepper would lock them all out.
[[nodiscard]] Result<Secret> open_pepper(const std::string& path, StoredKeys keys,
                                         const RandomSource& random);

/// As open_pepper, and creates nothing: a missing file is no error if open_pepper would create it.
[[nodiscard]] Result<> check_pepper_file(const std::string& path, StoredKeys keys);

/// Checks a pepper from the config file. Errors: config_invalid.
[[nodiscard]] Result<> check_pepper(const Secret& pepper);

}  // namespace weir::auth
