/// Small files that only their owner may read: the database's first moment, and secrets beside it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace weir::store {

/// Makes the file with mode 0600 and `contents`, unless it is there already: then it is left as it
/// is. Whole or not at all, also across a power cut and among several processes.
/// Errors: store_failed.
[[nodiscard]] Result<> create_private_file(const std::string& path, std::string_view contents);

/// The same for a file that something else fills: `fill` gets the name of an empty file, which
/// becomes `path` when it returns. It must leave the contents on disk.
using Fill = std::function<Result<>(const std::string& temporary)>;
[[nodiscard]] Result<> create_private_file(const std::string& path, const Fill& fill);

inline constexpr std::size_t kMaxPrivateFileBytes = 4096;

/// Errors: not_found; store_failed when it cannot be read, is larger than kMaxPrivateFileBytes, or
/// others than its owner have any right to it.
[[nodiscard]] Result<Secret> read_private_file(const std::string& path);

}  // namespace weir::store
