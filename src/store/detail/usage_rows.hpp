/// Usage to rows and back: SQL of the SQLite store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "store/detail/sqlite.hpp"
#include "store/usage_store.hpp"
#include "store/visit_usage.hpp"

namespace weir::store::detail {

/// Adds the batch unless it was added before. REQUIRES: within a transaction.
[[nodiscard]] Result<> add_usage(const Connection& connection, const UsageBatch& batch);

/// As add_usage, for rows of the store's own file: `source` is a writer that is never forgotten.
[[nodiscard]] Result<> add_moved(const Connection& connection, std::string_view source,
                                 std::int64_t number, const std::vector<UsageRow>& rows);
/// All rows of `usage_moving`.
[[nodiscard]] Result<std::vector<UsageRow>> read_moving(const Connection& connection);

/// Months first; within both ordered by day, key id and model. REQUIRES: within a transaction.
/// Errors: invalid_parameter if a part of a month is asked for whose days were summed.
[[nodiscard]] Result<> visit_usage(const Connection& connection, const UsageFilter& filter,
                                   UsageView view, const VisitUsage& visit);

/// The last `most` days that have usage, newest first.
[[nodiscard]] Result<std::vector<Day>> read_usage_days(const Connection& connection,
                                                       std::size_t most);

/// Deletes the oldest rows before `before`, at most `max_rows`. REQUIRES: within a transaction.
[[nodiscard]] Result<> delete_usage(const Connection& connection, Day before,
                                    std::int64_t max_rows);

}  // namespace weir::store::detail
