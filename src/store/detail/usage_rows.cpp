#include "store/detail/usage_rows.hpp"

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace weir::store::detail {

namespace {

std::int64_t to_column(Day day) { return day.time_since_epoch().count(); }

std::int64_t to_column(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Day to_day(std::int64_t column) { return Day(std::chrono::days(column)); }

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
  return forget->bind(to_column(now - kUsageWriterKept)).run();
}

Result<> add_rows(const Connection& connection, const std::vector<UsageRow>& rows) {
  // A sum beyond 64 bits becomes a real number, which CAST turns into the largest integer.
  auto add = connection.prepare(
      "INSERT INTO usage (day, key_id, model, requests, failed, prompt_tokens, completion_tokens, "
      "images, estimated, cached_tokens, reasoning_tokens, audio_seconds, characters) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (day, key_id, model) DO UPDATE SET "
      "requests = CAST(requests + excluded.requests AS INTEGER), "
      "failed = CAST(failed + excluded.failed AS INTEGER), "
      "prompt_tokens = CAST(prompt_tokens + excluded.prompt_tokens AS INTEGER), "
      "completion_tokens = CAST(completion_tokens + excluded.completion_tokens AS INTEGER), "
      "images = CAST(images + excluded.images AS INTEGER), "
      "estimated = CAST(estimated + excluded.estimated AS INTEGER), "
      "cached_tokens = CAST(cached_tokens + excluded.cached_tokens AS INTEGER), "
      "reasoning_tokens = CAST(reasoning_tokens + excluded.reasoning_tokens AS INTEGER), "
      "audio_seconds = CAST(audio_seconds + excluded.audio_seconds AS INTEGER), "
      "characters = CAST(characters + excluded.characters AS INTEGER)");
  if (!add) return std::unexpected(add.error());
  for (const UsageRow& row : rows) {
    add->bind(to_column(row.day))
        .bind(std::string_view(row.key_id))
        .bind(std::string_view(row.model));
    for (const auto member : kUsageMembers) add->bind(row.counts.*member);
    if (auto done = add->run(); !done) return done;
    add->rewind();
  }
  return {};
}

/// REQUIRES: the columns are day, key id, model and the counts.
Result<> visit_rows(Statement& rows, const VisitUsage& visit) {
  for (;;) {
    const auto row = rows.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    UsageCounts counts;
    int column = 3;
    for (const auto member : kUsageMembers) counts.*member = rows.number(column++);
    visit(to_day(rows.number(0)), rows.text(1), rows.text(2), counts);
  }
}

}  // namespace

Result<> add_usage(const Connection& connection, const UsageBatch& batch) {
  const auto is_new = take_number(connection, batch.writer, batch.number, to_column(batch.made_at));
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

Result<> visit_usage(const Connection& connection, const UsageFilter& filter,
                     const VisitUsage& visit) {
  auto rows = connection.prepare(
      "SELECT day, key_id, model, requests, failed, prompt_tokens, completion_tokens, images, "
      "estimated, cached_tokens, reasoning_tokens, audio_seconds, characters FROM usage WHERE day "
      "BETWEEN ?1 AND ?2 AND (?3 IS NULL OR key_id = ?3) "
      "AND (?4 IS NULL OR model = ?4) ORDER BY day, key_id, model");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(to_column(filter.from)).bind(to_column(filter.to));
  rows->bind(filter.key_id).bind(filter.model);
  return visit_rows(*rows, visit);
}

Result<std::vector<UsageRow>> read_moving(const Connection& connection) {
  auto rows = connection.prepare(
      "SELECT day, key_id, model, requests, failed, prompt_tokens, completion_tokens, images, "
      "estimated, cached_tokens, reasoning_tokens, audio_seconds, characters FROM usage_moving");
  if (!rows) return std::unexpected(rows.error());
  std::vector<UsageRow> read;
  auto done = visit_rows(*rows, [&](Day day, std::string_view key_id, std::string_view model,
                                    const UsageCounts& counts) {
    read.push_back({day, std::string(key_id), std::string(model), counts});
  });
  if (!done) return std::unexpected(done.error());
  return read;
}

Result<std::vector<Day>> read_usage_days(const Connection& connection, std::size_t most) {
  // A search for each, where DISTINCT would read every row.
  auto last = connection.prepare("SELECT max(day) FROM usage WHERE day < ?");
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

Result<> delete_usage(const Connection& connection, Day before, std::int64_t max_rows) {
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

}  // namespace weir::store::detail
