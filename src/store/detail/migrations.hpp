/// The schemas of the SQLite store, as the steps that led to it.
///
/// A step, once released, is never edited: a change of schema is a new step at the end.
#pragma once

#include "base/result.hpp"
#include "store/detail/sqlite.hpp"

namespace weir::store::detail {

/// Brings the database up to the last step, one transaction a step; several processes may do so at
/// once. The version is in `PRAGMA user_version`.
/// Errors: store_failed for a newer schema, and for a database that is not Weir's.
[[nodiscard]] Result<> migrate(const Connection& connection);

/// Whether migrate would change the schema. Changes nothing. Errors: as migrate.
[[nodiscard]] Result<bool> is_older(const Connection& connection);

/// As migrate, for the file of usage.
[[nodiscard]] Result<> migrate_usage(const Connection& connection);

}  // namespace weir::store::detail
