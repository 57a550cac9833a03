// The resource `usage`: counts of the store, by day, key and model.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "config/units.hpp"
#include "management/answer_json.hpp"
#include "management/resources.hpp"

namespace weir::management {
namespace {

using std::chrono::days;
using store::Day;
using store::UsageCounts;

constexpr days kUsualSpan{30};
constexpr days kMostSpan{366};
// A bound on memory, and on what one may wait for.
constexpr std::size_t kMostGroups = 100'000;
constexpr PageBounds kBounds{.usual = 1'000, .most = 10'000};

constexpr std::array<std::pair<std::string_view, std::int64_t UsageCounts::*>, 10> kCounts{{
    {"requests", &UsageCounts::requests},
    {"failed", &UsageCounts::failed},
    {"prompt_tokens", &UsageCounts::prompt_tokens},
    {"completion_tokens", &UsageCounts::completion_tokens},
    {"cached_tokens", &UsageCounts::cached_tokens},
    {"reasoning_tokens", &UsageCounts::reasoning_tokens},
    {"images", &UsageCounts::images},
    {"audio_seconds", &UsageCounts::audio_seconds},
    {"characters", &UsageCounts::characters},
    {"estimated", &UsageCounts::estimated},
}};
static_assert(kCounts.size() == store::kUsageMembers.size());

struct By {
  bool day = false;
  bool key = false;
  bool model = false;
};

struct UsageQuery {
  store::UsageFilter filter;
  By by;
  Page page;
  std::size_t offset = 0;

  [[nodiscard]] store::UsageView view() const {
    const bool needs_key = by.key || filter.key_id;
    const bool needs_model = by.model || filter.model;
    if (needs_key && needs_model) return store::UsageView::rows;
    return needs_key ? store::UsageView::by_key : store::UsageView::by_model;
  }
};

/// Period, key and model; empty where the sum is over all of them.
using Group = std::tuple<std::string, std::string, std::string>;
using Sums = std::map<Group, UsageCounts>;

std::unexpected<Problem> wrong(std::string_view name, std::string detail) {
  return refuse(Reason::invalid_parameter, std::move(detail), std::string(name));
}

Answered<Day> parse_day(const codec::Query& query, std::string_view name, Day otherwise) {
  const auto given = parameter(query, name);
  if (!given) return std::unexpected(given.error());
  if (!*given) return otherwise;
  constexpr std::size_t kDayChars = 10;
  const auto time = (*given)->size() == kDayChars ? config::parse_timestamp(**given) : std::nullopt;
  if (!time) return wrong(name, fmt::format("{} must be a day such as 2026-11-30.", name));
  return std::chrono::floor<days>(*time);
}

Answered<By> parse_by(const codec::Query& query) {
  const auto given = parameter(query, "by");
  if (!given) return std::unexpected(given.error());
  By by;
  auto rest = given->value_or("day");
  for (;;) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto word = rest.substr(0, end);
    bool* part = word == "day"     ? &by.day
                 : word == "key"   ? &by.key
                 : word == "model" ? &by.model
                                   : nullptr;
    if (part == nullptr) return wrong("by", "by is a list of day, key and model.");
    *part = true;
    if (end == rest.size()) return by;
    rest.remove_prefix(end + 1);
  }
}

Answered<UsageQuery> parse(const codec::Query& query, WallTime now) {
  const auto today = std::chrono::floor<days>(now);
  const auto to = parse_day(query, "to", today);
  if (!to) return std::unexpected(to.error());
  const auto from = parse_day(query, "from", *to - kUsualSpan + days(1));
  if (!from) return std::unexpected(from.error());
  if (*from > *to) return wrong("from", "from must not be after to.");
  if (*to - *from >= kMostSpan) return wrong("from", "Ask for 366 days at most.");
  const auto by = parse_by(query);
  if (!by) return std::unexpected(by.error());
  const auto key = parameter(query, "key");
  if (!key) return std::unexpected(key.error());
  const auto model = parameter(query, "model");
  if (!model) return std::unexpected(model.error());
  auto page = parse_page(query, kBounds);
  if (!page) return std::unexpected(page.error());
  const auto offset = page->offset();
  if (!offset) return std::unexpected(offset.error());
  UsageQuery result{
      .filter = {.from = *from, .to = *to}, .by = *by, .page = *page, .offset = *offset};
  if (*key) result.filter.key_id = std::string(**key);
  if (*model) result.filter.model = std::string(**model);
  return result;
}

Answered<Sums> read(const Services& services, const UsageQuery& query) {
  Sums sums;
  const auto add = [&](const store::UsageSum& sum) {
    const auto& [day, key, model] = query.by;
    const auto text = day ? config::format_timestamp(sum.day).substr(0, 10) : std::string();
    Group group(text, key ? sum.key_id : "", model ? sum.model : "");
    sums[std::move(group)].add(sum.counts);
    return sums.size() <= kMostGroups;
  };
  const auto done = services.visit_usage(query.filter, query.view(), add);
  if (!done) return std::unexpected(problem_of(done.error()));
  if (sums.size() > kMostGroups) {
    return refuse(Reason::invalid_parameter, "There are too many rows; ask for fewer days.", "by");
  }
  return sums;
}

std::string render(const Sums& sums, const UsageQuery& query, const auth::Keyring& keys) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("data").begin_array();
  std::size_t place = 0;
  for (const auto& [group, counts] : sums) {
    const auto at = place++;
    if (at < query.offset || at - query.offset >= query.page.limit) continue;
    const auto& [day, key, model] = group;
    json.begin_object();
    write_text_or_null(json, "day", day);
    const auto write = [&json](std::string_view name, bool is_there, std::string_view value) {
      json.key(name);
      if (is_there) {
        json.value(value);
      } else {
        json.null();
      }
    };
    const auto named = query.by.key ? keys.find(key) : nullptr;
    write("key", query.by.key, key);
    write("key_name", named != nullptr, named ? named->name() : std::string_view());
    write("model", query.by.model, model);
    for (const auto& [name, member] : kCounts) json.key(name).value(counts.*member);
    json.end_object();
  }
  json.end_array();
  const auto end = query.offset + query.page.limit;
  write_next(json, end < sums.size() ? std::to_string(end) : "");
  json.end_object();
  return text;
}

}  // namespace

Serving show_usage(Context& context) {
  const auto query = parse(context.query, context.exchange.whole_at);
  if (!query) co_return std::unexpected(query.error());
  const auto& services = context.services;
  auto make = [&services, query = *query]() -> Answered<std::string> {
    const auto sums = read(services, query);
    if (!sums) return std::unexpected(sums.error());
    return render(*sums, query, services.keys);
  };
  auto making = services.report_pool.run(std::move(make));
  auto text = co_await std::move(making);
  if (!text) co_return std::unexpected(std::move(text.error()));
  co_return Body{.json = std::move(*text)};
}

}  // namespace weir::management
