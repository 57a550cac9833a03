/// The schema of the SQLite store, as the steps that led to it.
///
/// A step, once released, is never edited: a change of schema is a new step at the end.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "store/detail/sqlite.hpp"

namespace weir::store::detail {

/// The schema version of this program: the number of steps. Stored in `PRAGMA user_version`.
[[nodiscard]] std::int64_t schema_version();

/// Brings the database up to schema_version(), one transaction a step; several processes may do so
/// at once. Errors: store_failed for a newer schema, and for a database that is not Weir's.
[[nodiscard]] Result<> migrate(const Connection& connection);

}  // namespace weir::store::detail
