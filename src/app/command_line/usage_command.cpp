#include "app/command_line/usage_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/command_line/table.hpp"
#include "app/command_line/usage_groups.hpp"
#include "app/lifecycle/key_store.hpp"
#include "codec/json_text.hpp"
#include "config/problem.hpp"
#include "config/units.hpp"
#include "store/sqlite_store.hpp"
#include "telemetry/log.hpp"
#include "usage/journal_file.hpp"

namespace weir::app {
namespace {

using codec::JsonWriter;
using std::chrono::days;
using store::Day;
using store::UsageCounts;
using store::UsageRow;

constexpr days kUsualSpan{30};
constexpr std::int64_t kPruneRows = 1'000;  // of one transaction
/// More are left out of a table unless they are asked for.
constexpr std::size_t kMostRows = 10'000;
constexpr std::string_view kConfigKeyPrefix = "config:";

struct Column {
  std::string_view heading;
  std::string_view name;  ///< in JSON
  std::int64_t UsageCounts::* member;
};

/// In the order in which they are shown: a part follows its total.
constexpr Column kColumns[] = {
    {"REQUESTS", "requests", &UsageCounts::requests},
    {"FAILED", "failed", &UsageCounts::failed},
    {"PROMPT TOKENS", "prompt_tokens", &UsageCounts::prompt_tokens},
    {"CACHED", "cached_tokens", &UsageCounts::cached_tokens},
    {"COMPLETION TOKENS", "completion_tokens", &UsageCounts::completion_tokens},
    {"REASONING", "reasoning_tokens", &UsageCounts::reasoning_tokens},
    {"IMAGES", "images", &UsageCounts::images},
    {"AUDIO SECONDS", "audio_seconds", &UsageCounts::audio_seconds},
    {"CHARACTERS", "characters", &UsageCounts::characters},
    {"ESTIMATED", "estimated", &UsageCounts::estimated},
};
static_assert(std::size(kColumns) == store::kUsageMembers.size());

using KeyNames = std::map<std::string, std::string, std::less<>>;

struct Report {
  Day from;
  Day to;
  Grouping by;
  std::vector<ReportRow> rows;
  bool leaves_out = false;  ///< columns, since there would be too many rows
  UsageCounts total;
  KeyNames key_names;  ///< by id
};

std::string format_day(Day day) { return config::format_timestamp(day).substr(0, 10); }

std::string format_period(const ReportRow& row) {
  constexpr std::size_t kMonthChars = 7;
  const auto day = format_day(row.sum.day);
  return row.is_month ? day.substr(0, kMonthChars) : day;
}

std::unexpected<Error> refuse(std::string_view option, const std::string& value,
                              std::string_view expected) {
  return fail(Errc::invalid_parameter, fmt::format("{} {} is not allowed; expected {}", option,
                                                   config::in_quotes(value), expected));
}

Result<Day> parse_day(std::string_view option, const std::string& text) {
  constexpr std::size_t kDayChars = 10;
  const auto time = config::parse_timestamp(text);
  if (!time || text.size() != kDayChars) return refuse(option, text, "a date such as 2026-12-31");
  return std::chrono::floor<days>(*time);
}

Result<Grouping> parse_grouping(const std::vector<std::string>& words) {
  if (words.empty()) return refuse("--by", "", "day, key or model");
  Grouping by;
  for (const std::string& word : words) {
    bool* const chosen = word == "day"     ? &by.day
                         : word == "key"   ? &by.key
                         : word == "model" ? &by.model
                                           : nullptr;
    if (chosen == nullptr) return refuse("--by", word, "day, key or model");
    *chosen = true;
  }
  return by;
}

Result<Report> begin_report(const UsageQuery& query, WallTime now) {
  Report report;
  const auto by = parse_grouping(query.by);
  if (!by) return std::unexpected(by.error());
  report.by = *by;
  report.to = std::chrono::floor<days>(now);
  if (!query.to.empty()) {
    const auto to = parse_day("--to", query.to);
    if (!to) return std::unexpected(to.error());
    report.to = *to;
  }
  report.from = report.to - kUsualSpan + days(1);
  if (!query.from.empty()) {
    const auto from = parse_day("--from", query.from);
    if (!from) return std::unexpected(from.error());
    report.from = *from;
  }
  if (report.from > report.to) {
    return refuse("--from", format_day(report.from),
                  fmt::format("a date not after --to ({})", format_day(report.to)));
  }
  return report;
}

Result<std::unique_ptr<store::SqliteStore>> open_store(const Settings& settings) {
  const std::string path = store_path(settings);
  if (!std::filesystem::exists(path)) {
    return fail(Errc::not_found, fmt::format("there is no store at {}; `weir serve` creates one, "
                                             "or give the config file with --config",
                                             path));
  }
  auto store = store::SqliteStore::open(store_options(settings));
  if (!store) return store;
  // A server that was killed has left some, which its next start would add.
  telemetry::set_log_level(telemetry::Level::error);
  [[maybe_unused]] const bool some_wait = usage::UsageRecovery(path).run(**store, wall_now());
  return store;
}

/// The id under which usage is stored.
Result<std::string> key_id_of(const Settings& settings, store::Store& store,
                              const std::string& name_or_id) {
  // Such a key may have left the config file; its usage is still stored.
  if (name_or_id.starts_with(kConfigKeyPrefix)) return name_or_id;
  const bool in_config =
      std::ranges::any_of(settings.keys, [&](const auto& key) { return key.name == name_or_id; });
  if (in_config) return std::string(kConfigKeyPrefix) + name_or_id;
  const auto key = store.find(name_or_id);
  if (!key) return std::unexpected(key.error());
  return key->id;
}

Result<KeyNames> read_key_names(store::Store& store) {
  const auto keys = store.list();
  if (!keys) return std::unexpected(keys.error());
  KeyNames names;
  for (const auto& key : *keys) names.emplace(key.id, key.name);
  return names;
}

/// Empty if it is unknown.
std::string name_of(const KeyNames& names, std::string_view key_id) {
  if (key_id.starts_with(kConfigKeyPrefix)) {
    return std::string(key_id.substr(kConfigKeyPrefix.size()));
  }
  const auto found = names.find(key_id);
  return found == names.end() ? "" : found->second;
}

/// Values are empty if usage was merged (usage.max_pending_rows).
std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

std::vector<std::string> label_cells(const Report& report, const ReportRow& row) {
  std::vector<std::string> cells;
  if (report.by.day) cells.push_back(format_period(row));
  if (report.by.key) {
    cells.push_back(or_dash(name_of(report.key_names, row.sum.key_id)));
    cells.push_back(or_dash(row.sum.key_id));
  }
  if (report.by.model) cells.push_back(or_dash(row.sum.model));
  return cells;
}

std::vector<std::string> headings(const Grouping& by) {
  std::vector<std::string> cells;
  if (by.day) cells.emplace_back("DAY");
  if (by.key) cells.insert(cells.end(), {"KEY", "KEY ID"});
  if (by.model) cells.emplace_back("MODEL");
  return cells;
}

void append_counts(std::vector<std::string>& cells, const UsageCounts& counts) {
  for (const auto& column : kColumns) cells.push_back(fmt::to_string(counts.*column.member));
}

/// Right-aligns numbers.
void align_right(std::vector<std::vector<std::string>>& rows, std::size_t first_column) {
  for (std::size_t column = first_column; column < rows.front().size(); ++column) {
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, row[column].size());
    for (auto& row : rows) row[column].insert(0, width - row[column].size(), ' ');
  }
}

std::string usage_table(const Report& report) {
  std::vector<std::vector<std::string>> rows{headings(report.by)};
  const std::size_t labels = rows.front().size();
  for (const auto& column : kColumns) rows.front().emplace_back(column.heading);
  for (const ReportRow& row : report.rows) {
    append_counts(rows.emplace_back(label_cells(report, row)), row.sum.counts);
  }
  auto& total = rows.emplace_back(labels);
  total.front() = "total";
  append_counts(total, report.total);
  align_right(rows, labels);
  return format_table(rows);
}

std::string nothing_text(const Report& report, const UsageQuery& query) {
  std::string text = "No calls";
  if (!query.key.empty()) text += fmt::format(" with the key {}", config::in_quotes(query.key));
  if (!query.model.empty()) text += fmt::format(" to {}", config::in_quotes(query.model));
  return fmt::format("{} from {} to {}.\n", text, format_day(report.from), format_day(report.to));
}

void write_counts(JsonWriter& json, const UsageCounts& counts) {
  for (const auto& column : kColumns) json.key(column.name).value(counts.*column.member);
}

void write_text_or_null(JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void write_row(JsonWriter& json, const Report& report, const ReportRow& row) {
  json.begin_object();
  if (report.by.day) json.key("day").value(format_period(row));
  if (report.by.key) {
    write_text_or_null(json, "key", name_of(report.key_names, row.sum.key_id));
    write_text_or_null(json, "key_id", row.sum.key_id);
  }
  if (report.by.model) write_text_or_null(json, "model", row.sum.model);
  write_counts(json, row.sum.counts);
  json.end_object();
}

std::string usage_json(const Report& report) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("from").value(format_day(report.from)).key("to").value(format_day(report.to));
  json.key("rows").begin_array();
  for (const ReportRow& row : report.rows) write_row(json, report, row);
  json.end_array().key("total").begin_object();
  write_counts(json, report.total);
  json.end_object().end_object();
  return text + "\n";
}

store::UsageView view_of(const Grouping& by, const UsageQuery& query) {
  const bool needs_key = by.key || !query.key.empty();
  const bool needs_model = by.model || !query.model.empty();
  if (needs_key && needs_model) return store::UsageView::rows;
  return needs_key ? store::UsageView::by_key : store::UsageView::by_model;
}

/// False if there would be more than `most` rows.
Result<bool> read_sums(store::SqliteStore& store, const store::UsageFilter& filter,
                       const UsageQuery& query, std::size_t most, Report& report) {
  Groups groups(report.by, query.model, most);
  const auto read = store.visit_usage(filter, view_of(report.by, query),
                                      [&](const store::UsageSum& sum) { return groups.add(sum); });
  if (!read) return std::unexpected(read.error());
  if (groups.has_too_many()) return false;
  groups.move_to(report.rows, report.total);
  return true;
}

Result<> read_readable(store::SqliteStore& store, const store::UsageFilter& filter,
                       const UsageQuery& query, Report& report) {
  for (bool* column : {&report.by.key, &report.by.model}) {
    const auto is_read = read_sums(store, filter, query, kMostRows, report);
    if (!is_read) return std::unexpected(is_read.error());
    if (*is_read) return {};
    *column = false;
    report.leaves_out = true;
  }
  const auto is_read = read_sums(store, filter, query, SIZE_MAX, report);
  if (!is_read) return std::unexpected(is_read.error());
  return {};
}

Result<> read_report(store::SqliteStore& store, const store::UsageFilter& filter,
                     const UsageQuery& query, Report& report) {
  if (query.may_leave_out) return read_readable(store, filter, query, report);
  const auto is_read = read_sums(store, filter, query, SIZE_MAX, report);
  if (!is_read) return std::unexpected(is_read.error());
  return {};
}

std::string left_out_text(const Report& report) {
  if (!report.leaves_out) return {};
  return fmt::format(
      "More than {} rows by day, key and model: summed by {}. --by day,key,model shows them all.\n",
      kMostRows, report.by.model ? "day and model" : "day");
}

}  // namespace

Output show_usage(const Settings& settings, const UsageQuery& query, WallTime now, bool json) {
  auto report = begin_report(query, now);
  if (!report) return std::unexpected(report.error());
  const auto opened = open_store(settings);
  if (!opened) return std::unexpected(opened.error());
  store::SqliteStore& store = **opened;

  store::UsageFilter filter{.from = report->from, .to = report->to};
  if (!query.key.empty()) {
    const auto id = key_id_of(settings, store, query.key);
    if (!id) return std::unexpected(id.error());
    filter.key_id = *id;
  }
  if (auto read = read_report(store, filter, query, *report); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (report->by.key) {
    auto names = read_key_names(store);
    if (!names) return std::unexpected(names.error());
    report->key_names = std::move(*names);
  }

  if (json) return usage_json(*report);
  if (report->rows.empty()) return nothing_text(*report, query);
  return usage_table(*report) + left_out_text(*report);
}

Output prune_usage(const Settings& settings, const std::string& before, WallTime now) {
  const auto first_kept = parse_day("--before", before);
  if (!first_kept) return std::unexpected(first_kept.error());
  const Day today = std::chrono::floor<days>(now);
  if (*first_kept > today) {
    return refuse("--before", before,
                  fmt::format("a date not after today ({})", format_day(today)));
  }
  const auto opened = open_store(settings);
  if (!opened) return std::unexpected(opened.error());
  for (std::int64_t last = kPruneRows; last >= kPruneRows;) {
    const auto rows = (*opened)->delete_usage(*first_kept, kPruneRows);
    if (!rows) return std::unexpected(rows.error());
    last = *rows;
  }
  return fmt::format("Deleted the usage of the days before {}.\n", before);
}

}  // namespace weir::app
