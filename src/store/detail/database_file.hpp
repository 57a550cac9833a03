/// Creation and opening of a SQLite file of Weir's: WAL, synchronous FULL, for its owner only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/detail/sqlite.hpp"

namespace weir::store::detail {

struct DatabaseFile {
  std::string path;
  std::chrono::milliseconds busy_timeout;
  std::int64_t max_pages;
  Result<> (*migrate)(const Connection& connection);
  /// Advice where others could write the file; empty: none.
  std::string_view after_writable = {};
};

/// Creates the file with mode 0600 if there is none, and updates its schema.
/// Errors: store_failed if it cannot be created, read or written, is damaged, is not such a
/// database, was written by a newer Weir, or is not safe as a files::Purpose::store.
[[nodiscard]] Result<Connection> open_database(const DatabaseFile& file);

/// Errors: store_failed if the file, or what SQLite keeps beside it, is there and others can write
/// it, or it is another user's.
[[nodiscard]] Result<> refuse_unsafe(const std::string& path, std::string_view after_writable);

/// Reads the whole file. Errors: store_failed with the damage found.
[[nodiscard]] Result<> check_integrity(const Connection& connection);

/// Faults of these files that do not prevent their use; a sentence each.
[[nodiscard]] std::vector<std::string> file_warnings(const std::string& path);

}  // namespace weir::store::detail
