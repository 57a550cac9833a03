/// Usage to rows and back: SQL of the SQLite store.
#pragma once

#include <vector>

#include "store/detail/sqlite.hpp"
#include "store/usage_store.hpp"

namespace weir::store::detail {

/// Adds the batch unless it was added before. REQUIRES: within a transaction.
[[nodiscard]] Result<> add_usage(const Connection& connection, const UsageBatch& batch);

[[nodiscard]] Result<std::vector<UsageRow>> read_usage(const Connection& connection,
                                                       const UsageFilter& filter);

}  // namespace weir::store::detail
