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
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "app/command_line/table.hpp"
#include "app/lifecycle/key_store.hpp"
#include "codec/glob.hpp"
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

struct Grouping {
  bool day = false;
  bool key = false;
  bool model = false;
};

using KeyNames = std::map<std::string, std::string, std::less<>>;

struct Report {
  Day from;
  Day to;
  Grouping by;
  std::vector<UsageRow> rows;  ///< columns that are not grouped by are empty
  UsageCounts total;
  KeyNames key_names;  ///< by id
};

std::string format_day(Day day) { return config::format_timestamp(day).substr(0, 10); }

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

/// Sums the rows of the store by group, as they are read: memory is that of the groups.
class Groups {
 public:
  Groups(Grouping by, const std::string& model_glob) : by_(by), model_glob_(model_glob) {}

  void add(Day day, std::string_view key_id, std::string_view model, const UsageCounts& counts) {
    if (!model_glob_.empty() && !codec::glob_matches(model_glob_, model)) return;
    total_.add(counts);
    const std::tuple name(by_.day ? day : Day(), by_.key ? key_id : std::string_view(),
                          by_.model ? model : std::string_view());
    auto found = sums_.find(name);
    if (found == sums_.end()) found = sums_.emplace(name, UsageCounts()).first;
    found->second.add(counts);
  }

  void move_to(Report& report) {
    report.total = total_;
    report.rows.reserve(sums_.size());
    while (!sums_.empty()) {
      auto sum = sums_.extract(sums_.begin());
      auto& [day, key_id, model] = sum.key();
      report.rows.push_back({day, std::move(key_id), std::move(model), sum.mapped()});
    }
  }

 private:
  const Grouping by_;
  const std::string& model_glob_;
  // Compared with views: a known group costs no allocation.
  std::map<std::tuple<Day, std::string, std::string>, UsageCounts, std::less<>> sums_;
  UsageCounts total_;
};

/// Values are empty if usage was merged (usage.max_pending_rows).
std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

std::vector<std::string> label_cells(const Report& report, const UsageRow& row) {
  std::vector<std::string> cells;
  if (report.by.day) cells.push_back(format_day(row.day));
  if (report.by.key) {
    cells.push_back(or_dash(name_of(report.key_names, row.key_id)));
    cells.push_back(or_dash(row.key_id));
  }
  if (report.by.model) cells.push_back(or_dash(row.model));
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
  for (const UsageRow& row : report.rows) {
    append_counts(rows.emplace_back(label_cells(report, row)), row.counts);
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

void write_row(JsonWriter& json, const Report& report, const UsageRow& row) {
  json.begin_object();
  if (report.by.day) json.key("day").value(format_day(row.day));
  if (report.by.key) {
    write_text_or_null(json, "key", name_of(report.key_names, row.key_id));
    write_text_or_null(json, "key_id", row.key_id);
  }
  if (report.by.model) write_text_or_null(json, "model", row.model);
  write_counts(json, row.counts);
  json.end_object();
}

std::string usage_json(const Report& report) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("from").value(format_day(report.from)).key("to").value(format_day(report.to));
  json.key("rows").begin_array();
  for (const UsageRow& row : report.rows) write_row(json, report, row);
  json.end_array().key("total").begin_object();
  write_counts(json, report.total);
  json.end_object().end_object();
  return text + "\n";
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
  Groups groups(report->by, query.model);
  const auto read = store.visit_usage(
      filter, [&](Day day, std::string_view key_id, std::string_view model,
                  const UsageCounts& counts) { groups.add(day, key_id, model, counts); });
  if (!read) return std::unexpected(read.error());
  auto names = read_key_names(store);
  if (!names) return std::unexpected(names.error());
  report->key_names = std::move(*names);
  groups.move_to(*report);

  if (json) return usage_json(*report);
  return report->rows.empty() ? nothing_text(*report, query) : usage_table(*report);
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
  std::int64_t deleted = 0;
  for (std::int64_t last = kPruneRows; last >= kPruneRows;) {
    const auto rows = (*opened)->delete_usage(*first_kept, kPruneRows);
    if (!rows) return std::unexpected(rows.error());
    last = *rows;
    deleted += last;
  }
  return fmt::format("Deleted the usage of the days before {}: {} rows.\n", before, deleted);
}

}  // namespace weir::app
