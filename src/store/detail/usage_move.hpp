/// The move of usage out of the store's file, where versions before schema 5 kept it.
///
/// Rows leave the table `usage` for `usage_moving` in one transaction, under the next number; they
/// are added to the usage file under that number, which counts once; then they are deleted. A kill
/// after any of these steps leaves the next one to whoever comes next. A server of an older version
/// that still drains may write to `usage` meanwhile: its rows are moved later.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/detail/sqlite.hpp"
#include "store/detail/sqlite_usage.hpp"

namespace weir::store::detail {

/// True if there is something to move. Takes no lock that others wait for.
[[nodiscard]] Result<bool> has_usage_to_move(const Connection& keys);

/// The rows being moved, or the next `max_rows` of them; nothing if none are left.
/// REQUIRES: within a transaction.
[[nodiscard]] Result<std::optional<MovedRows>> take_usage(const Connection& keys,
                                                          std::int64_t max_rows);

/// Deletes the rows that were added under `number`, unless later ones are being moved already.
/// REQUIRES: within a transaction.
[[nodiscard]] Result<> drop_moved(const Connection& keys, std::int64_t number);

/// The last number of a writer of an older version; 0 if it has none.
[[nodiscard]] Result<std::int64_t> last_number_before(const Connection& keys,
                                                      std::string_view writer);

}  // namespace weir::store::detail
