/// The tables of usage, and their SQL. All have the same counts after their names.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "store/detail/constant_sql.hpp"
#include "store/detail/sqlite.hpp"
#include "store/usage_store.hpp"

namespace weir::store::detail {

inline std::int64_t to_column(Day day) { return day.time_since_epoch().count(); }
inline Day to_day(std::int64_t column) { return Day(std::chrono::days(column)); }

/// In the order of kUsageMembers.
inline constexpr auto kUsageCountNames = std::to_array<std::string_view>(
    {"requests", "failed", "prompt_tokens", "completion_tokens", "images", "estimated",
     "cached_tokens", "reasoning_tokens", "audio_seconds", "characters"});
static_assert(kUsageCountNames.size() == kUsageMembers.size());

/// `names`: of the primary key, "day, key_id".
consteval ConstantSql select_usage_sql(std::string_view names, std::string_view rest) {
  ConstantSql sql{"SELECT ", names, ", "};
  return sql.add_names(kUsageCountNames).add(rest);
}

/// Adds to the row, if there is one. `marks`: one for each of `names`.
consteval ConstantSql add_usage_sql(std::string_view table, std::string_view names,
                                    std::string_view marks) {
  ConstantSql sql{"INSERT INTO ", table, " (", names, ", "};
  sql.add_names(kUsageCountNames).add(") VALUES (").add(marks).add(", ");
  sql.add_marks(kUsageCountNames.size()).add(") ON CONFLICT (").add(names).add(") DO UPDATE SET ");
  bool is_first = true;
  // A sum beyond 64 bits becomes a real number, which CAST turns into the largest integer.
  for (const auto name : kUsageCountNames) {
    sql.add(std::exchange(is_first, false) ? "" : ", ").add(name).add(" = CAST(").add(name);
    sql.add(" + excluded.").add(name).add(" AS INTEGER)");
  }
  return sql;
}

/// The counts that begin at `column` of the current row.
inline UsageCounts read_counts(const Statement& row, int column) {
  UsageCounts counts;
  for (const auto member : kUsageMembers) counts.*member = row.number(column++);
  return counts;
}

inline Result<> run_add(Statement& add, const UsageCounts& counts) {
  for (const auto member : kUsageMembers) add.bind(counts.*member);
  if (auto done = add.run(); !done) return done;
  add.rewind();
  return {};
}

}  // namespace weir::store::detail
