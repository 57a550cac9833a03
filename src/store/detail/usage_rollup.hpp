/// Sums of usage that are kept beside its rows, and in their place.
///
/// `usage_by_key` and `usage_by_model` have the sums of all rows up to a mark (`usage_summed`). The
/// mark moves on over a few rows at a time, in the transaction that adds them to the sums; a row
/// that is added behind it later is added to the sums with it. So the sums are exact whenever a
/// transaction ends, whatever the days of the rows and the clock are.
///
/// Rows behind the mark may be summed by month (`usage_months`): they are added there and deleted,
/// in one transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "store/detail/sqlite.hpp"
#include "store/usage_store.hpp"
#include "store/visit_usage.hpp"

namespace weir::store::detail {

/// Day, key id and model of a row; in the order of the rows.
using UsageName = std::tuple<Day, std::string, std::string>;

/// The last row that is in the sums. REQUIRES: within a transaction.
[[nodiscard]] Result<UsageName> read_summed(const Connection& connection);

/// Adds rows that were just added to `usage` to the sums, if they are behind the mark.
/// REQUIRES: within that transaction.
[[nodiscard]] Result<> add_late_rows(const Connection& connection,
                                     const std::vector<UsageRow>& rows);

/// Sums the next rows, at most `max_rows`; returns how many. REQUIRES: within a transaction.
[[nodiscard]] Result<std::int64_t> roll_up(const Connection& connection, const RollUp& until,
                                           std::int64_t max_rows);

/// Deletes the oldest sums of days before `before`, and months that ended before it, at most
/// `max_rows`. REQUIRES: within a transaction.
[[nodiscard]] Result<> delete_sums(const Connection& connection, Day before, std::int64_t max_rows);

}  // namespace weir::store::detail
