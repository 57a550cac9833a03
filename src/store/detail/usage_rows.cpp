#include "store/detail/usage_rows.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "store/detail/usage_rollup.hpp"
#include "store/detail/usage_tables.hpp"

namespace weir::store::detail {

namespace {

std::int64_t to_milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// Records the batch's number; false if it, or a later one, was recorded before.
Result<bool> take_number(const Connection& connection, std::string_view writer, std::int64_t number,
                         std::int64_t written_at) {
  auto taken = connection.prepare(
      "INSERT INTO usage_writers (writer, last_number, written_at) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (writer) DO UPDATE "
      "SET last_number = excluded.last_number, written_at = excluded.written_at "
      "WHERE last_number < excluded.last_number RETURNING last_number");
  if (!taken) return std::unexpected(taken.error());
  taken->bind(writer).bind(number).bind(written_at);
  const auto row = taken->step();
  if (!row || !*row) return row;
  if (auto done = taken->run(); !done) return std::unexpected(done.error());
  return true;
}

Result<> forget_silent_writers(const Connection& connection, WallTime now) {
  auto forget = connection.prepare("DELETE FROM usage_writers WHERE written_at < ?");
  if (!forget) return std::unexpected(forget.error());
  return forget->bind(to_milliseconds(now - kUsageWriterKept)).run();
}

constexpr auto kAddRow = add_usage_sql("usage", "day, key_id, model", "?, ?, ?");

Result<> add_rows(const Connection& connection, const std::vector<UsageRow>& rows) {
  auto add = connection.prepare(kAddRow.text());
  if (!add) return std::unexpected(add.error());
  for (const UsageRow& row : rows) {
    add->bind(to_column(row.day))
        .bind(std::string_view(row.key_id))
        .bind(std::string_view(row.model));
    if (auto done = run_add(*add, row.counts); !done) return done;
  }
  return add_late_rows(connection, rows);
}

/// The columns of a row before its counts.
enum class Names : std::uint8_t { key_and_model, key, model };

struct Source {
  const char* sql;
  Names names;
  bool are_months = false;
};

/// Passes on each row; false if the visit was ended.
Result<bool> visit_rows(Statement& rows, const Source& source, const VisitUsage& visit) {
  const auto names = source.names;
  for (;;) {
    const auto row = rows.step();
    if (!row || !*row) return row ? Result<bool>(true) : row;
    const int counts_at = names == Names::key_and_model ? 3 : 2;
    const auto counts = read_counts(rows, counts_at);
    const bool goes_on =
        visit({.day = to_day(rows.number(0)),
               .is_month = source.are_months,
               .key_id = names == Names::model ? std::string_view{} : rows.text(1),
               .model = names == Names::key ? std::string_view{} : rows.text(counts_at - 1),
               .counts = counts});
    if (!goes_on) return false;
  }
}

constexpr std::string_view kMatches =
    " AND (?3 IS NULL OR key_id = ?3) AND (?4 IS NULL OR model = ?4) ";
constexpr auto kRowsSql = [] {
  return select_usage_sql("day, key_id, model", " FROM usage WHERE day BETWEEN ?1 AND ?2")
      .add(kMatches)
      .add("ORDER BY day, key_id, model");
}();
constexpr auto kMonthsSql = [] {
  return select_usage_sql("month, key_id, model",
                          " FROM usage_months WHERE month BETWEEN ?1 AND ?2")
      .add(kMatches)
      .add("ORDER BY month, key_id, model");
}();
constexpr auto kByKeySql = select_usage_sql(
    "day, key_id",
    " FROM usage_by_key WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR key_id = ?3) "
    "ORDER BY day, key_id");
constexpr auto kByModelSql = select_usage_sql(
    "day, model",
    " FROM usage_by_model WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR model = ?3) "
    "ORDER BY day, model");

const Source kRows{kRowsSql.text(), Names::key_and_model};
const Source kMonths{kMonthsSql.text(), Names::key_and_model, true};
const Source kByKey{kByKeySql.text(), Names::key};
const Source kByModel{kByModelSql.text(), Names::model};

Result<bool> visit_table(const Connection& connection, const Source& source,
                         const UsageFilter& filter, const VisitUsage& visit) {
  auto rows = connection.prepare(source.sql);
  if (!rows) return std::unexpected(rows.error());
  rows->bind(to_column(filter.from)).bind(to_column(filter.to));
  if (source.names != Names::model) rows->bind(filter.key_id);
  if (source.names != Names::key) rows->bind(filter.model);
  return visit_rows(*rows, source, visit);
}

/// Whether days of the month of `day` were summed.
Result<bool> is_summed(const Connection& connection, Day day, const UsageFilter& filter) {
  auto some = connection.prepare(
      "SELECT 1 FROM usage_months WHERE month = ?1 AND (?2 IS NULL OR key_id = ?2) "
      "AND (?3 IS NULL OR model = ?3) LIMIT 1");
  if (!some) return std::unexpected(some.error());
  return some->bind(to_column(month_of(day))).bind(filter.key_id).bind(filter.model).step();
}

std::string month_text(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()));
}

Result<> refuse_part_of_month(const Connection& connection, const UsageFilter& filter) {
  const bool from_is_first = month_of(filter.from) == filter.from;
  const auto after = filter.to + std::chrono::days(1);
  const bool to_is_last = month_of(after) == after;
  for (const auto& [day, is_bound] :
       {std::pair(filter.from, from_is_first), std::pair(filter.to, to_is_last)}) {
    if (is_bound) continue;
    const auto summed = is_summed(connection, day, filter);
    if (!summed) return std::unexpected(summed.error());
    if (!*summed) continue;
    return fail(Errc::invalid_parameter,
                fmt::format("the usage of {} by key and model is kept for the month as a whole "
                            "(usage.detail_days); begin and end with whole months, or ask by key "
                            "or by model alone",
                            month_text(day)));
  }
  return {};
}

/// Visits the sums of complete days, and the rows of later ones, which the visitor sums.
Result<> visit_sums(const Connection& connection, const Source& sums, const UsageFilter& filter,
                    const VisitUsage& visit) {
  const auto summed = read_summed(connection);
  if (!summed) return std::unexpected(summed.error());
  // The sums of the day of the mark are not complete.
  const Day open = std::get<Day>(*summed);
  UsageFilter part = filter;
  part.to = std::min(filter.to, open - std::chrono::days(1));
  const auto went_on = visit_table(connection, sums, part, visit);
  if (!went_on) return std::unexpected(went_on.error());
  if (!*went_on) return {};
  part = filter;
  part.from = std::max(filter.from, open);
  const auto done = visit_table(connection, kRows, part, visit);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace

Result<> add_usage(const Connection& connection, const UsageBatch& batch) {
  const auto is_new =
      take_number(connection, batch.writer, batch.number, to_milliseconds(batch.made_at));
  if (!is_new) return std::unexpected(is_new.error());
  if (!*is_new) return {};
  if (auto done = forget_silent_writers(connection, batch.made_at); !done) return done;
  return add_rows(connection, batch.rows);
}

Result<> add_moved(const Connection& connection, std::string_view source, std::int64_t number,
                   const std::vector<UsageRow>& rows) {
  // It may be silent for as long as no server runs: it is never forgotten.
  const auto is_new =
      take_number(connection, source, number, std::numeric_limits<std::int64_t>::max());
  if (!is_new) return std::unexpected(is_new.error());
  if (!*is_new) return {};
  return add_rows(connection, rows);
}

Result<> visit_usage(const Connection& connection, const UsageFilter& filter, UsageView view,
                     const VisitUsage& visit) {
  if (view == UsageView::by_key) return visit_sums(connection, kByKey, filter, visit);
  if (view == UsageView::by_model) return visit_sums(connection, kByModel, filter, visit);
  if (auto whole = refuse_part_of_month(connection, filter); !whole) return whole;
  for (const auto* source : {&kMonths, &kRows}) {
    const auto went_on = visit_table(connection, *source, filter, visit);
    if (!went_on) return std::unexpected(went_on.error());
    if (!*went_on) return {};
  }
  return {};
}

Result<std::vector<UsageRow>> read_moving(const Connection& connection) {
  static constexpr auto kMoving = select_usage_sql("day, key_id, model", " FROM usage_moving");
  auto rows = connection.prepare(kMoving.text());
  if (!rows) return std::unexpected(rows.error());
  std::vector<UsageRow> read;
  auto done = visit_rows(*rows, {kMoving.text(), Names::key_and_model}, [&](const UsageSum& sum) {
    read.push_back({sum.day, std::string(sum.key_id), std::string(sum.model), sum.counts});
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return read;
}

Result<std::vector<Day>> read_usage_days(const Connection& connection, std::size_t most) {
  // A search for each, where DISTINCT would read every row.
  auto last = connection.prepare(
      "SELECT max(day) FROM (SELECT max(day) AS day FROM usage WHERE day < ?1 "
      "UNION ALL SELECT max(day) FROM usage_by_key WHERE day < ?1)");
  if (!last) return std::unexpected(last.error());
  std::vector<Day> days;
  auto before = std::numeric_limits<std::int64_t>::max();
  while (days.size() < most) {
    if (const auto row = last->bind(before).step(); !row) return std::unexpected(row.error());
    const auto day = last->optional_number(0);
    if (!day) break;
    before = *day;
    days.push_back(to_day(before));
    last->rewind();
  }
  return days;
}

namespace {

Result<> delete_rows(const Connection& connection, Day before, std::int64_t max_rows) {
  auto stays = connection.prepare(
      "SELECT day, key_id, model FROM usage WHERE day < ?1 "
      "ORDER BY day, key_id, model LIMIT 1 OFFSET ?2");
  if (!stays) return std::unexpected(stays.error());
  const auto found = stays->bind(to_column(before)).bind(max_rows).step();
  if (!found) return std::unexpected(found.error());
  // One search and a walk: SQLite would search for each row of a subquery by its day only.
  auto drop = connection.prepare(*found ? "DELETE FROM usage WHERE (day, key_id, model) < (?, ?, ?)"
                                        : "DELETE FROM usage WHERE day < ?");
  if (!drop) return std::unexpected(drop.error());
  if (*found) {
    drop->bind(stays->number(0)).bind(stays->text(1)).bind(stays->text(2));
  } else {
    drop->bind(to_column(before));
  }
  return drop->run();
}

}  // namespace

Result<> delete_usage(const Connection& connection, Day before, std::int64_t max_rows) {
  const auto at_first = connection.total_changes();
  if (auto done = delete_rows(connection, before, max_rows); !done) return done;
  const auto left = max_rows - (connection.total_changes() - at_first);
  return left > 0 ? delete_sums(connection, before, left) : Result<>{};
}

}  // namespace weir::store::detail
