#include "store/detail/usage_rollup.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "store/detail/usage_tables.hpp"

namespace weir::store::detail {
namespace {

constexpr auto kRowsAfter =
    select_usage_sql("day, key_id, model",
                     " FROM usage WHERE (day, key_id, model) > (?, ?, ?) AND day < ? "
                     "ORDER BY day, key_id, model LIMIT ?");
constexpr auto kFirstRows = select_usage_sql(
    "day, key_id, model", " FROM usage WHERE day < ? ORDER BY day, key_id, model LIMIT ?");
constexpr auto kAddByKey = add_usage_sql("usage_by_key", "day, key_id", "?, ?");
constexpr auto kAddByModel = add_usage_sql("usage_by_model", "day, model", "?, ?");
constexpr auto kAddMonth = add_usage_sql("usage_months", "month, key_id, model", "?, ?, ?");

/// Sums by day and one text.
using DaySums = std::map<std::pair<Day, std::string>, UsageCounts>;

Result<> add_sums(const Connection& connection, const char* sql, const DaySums& sums) {
  auto add = connection.prepare(sql);
  if (!add) return std::unexpected(add.error());
  for (const auto& [name, counts] : sums) {
    add->bind(to_column(name.first)).bind(std::string_view(name.second));
    if (auto done = run_add(*add, counts); !done) return done;
  }
  return {};
}

Result<> add_to_days(const Connection& connection, const std::vector<UsageRow>& rows) {
  DaySums by_key;
  DaySums by_model;
  for (const UsageRow& row : rows) {
    by_key[{row.day, row.key_id}].add(row.counts);
    by_model[{row.day, row.model}].add(row.counts);
  }
  if (auto done = add_sums(connection, kAddByKey.text(), by_key); !done) return done;
  return add_sums(connection, kAddByModel.text(), by_model);
}

Result<> add_to_months(const Connection& connection, const std::vector<UsageRow>& rows) {
  std::map<UsageName, UsageCounts> sums;
  for (const UsageRow& row : rows) {
    sums[{month_of(row.day), row.key_id, row.model}].add(row.counts);
  }
  auto add = connection.prepare(kAddMonth.text());
  if (!add) return std::unexpected(add.error());
  for (const auto& [name, counts] : sums) {
    const auto& [month, key_id, model] = name;
    add->bind(to_column(month)).bind(std::string_view(key_id)).bind(std::string_view(model));
    if (auto done = run_add(*add, counts); !done) return done;
  }
  return {};
}

Result<std::vector<UsageRow>> read_rows(Statement& rows) {
  std::vector<UsageRow> read;
  for (;;) {
    const auto row = rows.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return read;
    read.push_back({to_day(rows.number(0)), std::string(rows.text(1)), std::string(rows.text(2)),
                    read_counts(rows, 3)});
  }
}

Result<> run_up_to(const Connection& connection, const char* sql, const UsageRow& last) {
  auto statement = connection.prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  statement->bind(to_column(last.day)).bind(std::string_view(last.key_id));
  return statement->bind(std::string_view(last.model)).run();
}

Result<std::int64_t> sum_days(const Connection& connection, const UsageName& summed, Day before,
                              std::int64_t max_rows) {
  auto after = connection.prepare(kRowsAfter.text());
  if (!after) return std::unexpected(after.error());
  const auto& [day, key_id, model] = summed;
  after->bind(to_column(day)).bind(std::string_view(key_id)).bind(std::string_view(model));
  const auto rows = read_rows(after->bind(to_column(before)).bind(max_rows));
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return 0;
  if (auto done = add_to_days(connection, *rows); !done) return std::unexpected(done.error());
  auto moved =
      run_up_to(connection, "UPDATE usage_summed SET day = ?, key_id = ?, model = ?", rows->back());
  if (!moved) return std::unexpected(moved.error());
  return std::ssize(*rows);
}

Result<std::int64_t> sum_months(const Connection& connection, Day before, std::int64_t max_rows) {
  auto first = connection.prepare(kFirstRows.text());
  if (!first) return std::unexpected(first.error());
  const auto rows = read_rows(first->bind(to_column(before)).bind(max_rows));
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return 0;
  if (auto done = add_to_months(connection, *rows); !done) return std::unexpected(done.error());
  auto dropped = run_up_to(connection, "DELETE FROM usage WHERE (day, key_id, model) <= (?, ?, ?)",
                           rows->back());
  if (!dropped) return std::unexpected(dropped.error());
  return std::ssize(*rows);
}

struct Sweep {
  const char* stays;    ///< the first that is not deleted yet
  const char* drop_to;  ///< those before it
  const char* drop_all;
  int names;  ///< columns of the primary key
};

// One search and a walk, as in delete_usage.
constexpr Sweep kSweeps[] = {
    {"SELECT day, key_id FROM usage_by_key WHERE day < ? ORDER BY day, key_id LIMIT 1 OFFSET ?",
     "DELETE FROM usage_by_key WHERE (day, key_id) < (?, ?)",
     "DELETE FROM usage_by_key WHERE day < ?", 2},
    {"SELECT day, model FROM usage_by_model WHERE day < ? ORDER BY day, model LIMIT 1 OFFSET ?",
     "DELETE FROM usage_by_model WHERE (day, model) < (?, ?)",
     "DELETE FROM usage_by_model WHERE day < ?", 2},
};
constexpr Sweep kMonths{
    "SELECT month, key_id, model FROM usage_months WHERE month < ? "
    "ORDER BY month, key_id, model LIMIT 1 OFFSET ?",
    "DELETE FROM usage_months WHERE (month, key_id, model) < (?, ?, ?)",
    "DELETE FROM usage_months WHERE month < ?", 3};

Result<> run_sweep(const Connection& connection, const Sweep& sweep, Day before,
                   std::int64_t max_rows) {
  auto stays = connection.prepare(sweep.stays);
  if (!stays) return std::unexpected(stays.error());
  const auto found = stays->bind(to_column(before)).bind(max_rows).step();
  if (!found) return std::unexpected(found.error());
  auto drop = connection.prepare(*found ? sweep.drop_to : sweep.drop_all);
  if (!drop) return std::unexpected(drop.error());
  drop->bind(*found ? stays->number(0) : to_column(before));
  if (!*found) return drop->run();
  for (int column = 1; column < sweep.names; ++column) drop->bind(stays->text(column));
  return drop->run();
}

}  // namespace

Result<UsageName> read_summed(const Connection& connection) {
  auto mark = connection.prepare("SELECT day, key_id, model FROM usage_summed");
  if (!mark) return std::unexpected(mark.error());
  const auto row = mark->step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return connection.refuse("the table usage_summed is empty");
  return UsageName(to_day(mark->number(0)), mark->text(1), mark->text(2));
}

Result<> add_late_rows(const Connection& connection, const std::vector<UsageRow>& rows) {
  const auto summed = read_summed(connection);
  if (!summed) return std::unexpected(summed.error());
  std::vector<UsageRow> late;
  std::ranges::copy_if(rows, std::back_inserter(late), [&](const UsageRow& row) {
    return std::tie(row.day, row.key_id, row.model) <= *summed;
  });
  if (late.empty()) return {};
  return add_to_days(connection, late);
}

Result<std::int64_t> roll_up(const Connection& connection, const RollUp& until,
                             std::int64_t max_rows) {
  const auto summed = read_summed(connection);
  if (!summed) return std::unexpected(summed.error());
  const auto days = sum_days(connection, *summed, until.days_before, max_rows);
  if (!days || *days > 0) return days;
  // Only what is in the sums of days may leave its rows.
  return sum_months(connection, std::min(until.months_before, std::get<Day>(*summed)), max_rows);
}

Result<> delete_sums(const Connection& connection, Day before, std::int64_t max_rows) {
  const auto at_first = connection.total_changes();
  const auto left = [&] { return max_rows - (connection.total_changes() - at_first); };
  for (const Sweep& sweep : kSweeps) {
    if (left() <= 0) return {};
    if (auto done = run_sweep(connection, sweep, before, left()); !done) return done;
  }
  if (left() <= 0) return {};
  return run_sweep(connection, kMonths, month_of(before), left());
}

}  // namespace weir::store::detail
