#include "limit/limits.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/enum_table.hpp"

namespace weir::limit {

namespace {

// More than one server can do, yet small enough that sums stay far below 2^63.
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kBillion = 1'000'000'000;

constexpr EnumTable<Dimension, LimitRow> kRows({
    {Dimension::requests_per_minute,
     {"requests_per_minute", "RPM", &Limits::requests_per_minute, kMillion,
      "Requests in any 60 seconds."}},
    {Dimension::tokens_per_minute,
     {"tokens_per_minute", "TPM", &Limits::tokens_per_minute, kBillion,
      "Tokens of prompts and answers in any 60 seconds."}},
    {Dimension::images_per_minute,
     {"images_per_minute", "IPM", &Limits::images_per_minute, kMillion,
      "Images made in any 60 seconds."}},
    {Dimension::requests_per_day,
     {"requests_per_day", "RPD", &Limits::requests_per_day, kBillion, "Requests in any 24 hours."}},
    {Dimension::tokens_per_day,
     {"tokens_per_day", "TPD", &Limits::tokens_per_day, 4 * kBillion,
      "Tokens of prompts and answers in any 24 hours."}},
    {Dimension::images_per_day,
     {"images_per_day", "IPD", &Limits::images_per_day, kBillion, "Images made in any 24 hours."}},
    {Dimension::in_flight,
     {"max_in_flight", "concurrency", &Limits::max_in_flight, kMillion, "Calls at the same time."}},
});

constexpr bool members_differ() {
  for (const LimitRow& row : kRows.rows()) {
    if (std::ranges::count(kRows.rows(), row.member, &LimitRow::member) != 1) return false;
  }
  return true;
}
static_assert(members_differ());

Result<> check_each(const Limits& limits, std::string_view of) {
  for (const LimitRow& row : kRows.rows()) {
    const std::int64_t value = limits.*row.member;
    if (value >= 0 && value <= row.max) continue;
    return fail(Errc::invalid_parameter,
                fmt::format("{}{} lies between 1 and {}, or is 0: unlimited; it is {}", row.name,
                            of, row.max, value));
  }
  return {};
}

bool is_pattern(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !text.empty();
}

}  // namespace

std::string_view short_name(Dimension dimension) { return describe(dimension).short_name; }

const LimitRow& describe(Dimension dimension) { return kRows[dimension]; }

std::span<const LimitRow, kDimensionCount> limit_rows() { return kRows.rows(); }

Result<> check(const Limits& limits, const std::vector<ModelLimits>& of_models) {
  if (auto valid = check_each(limits, ""); !valid) return valid;
  if (of_models.size() > kMaxModelLimits) {
    return fail(Errc::invalid_parameter, fmt::format("model_limits has at most {} entries, not {}",
                                                     kMaxModelLimits, of_models.size()));
  }
  std::set<std::string_view> seen;
  for (const ModelLimits& entry : of_models) {
    if (!is_pattern(entry.models)) {
      return fail(Errc::invalid_parameter,
                  "the pattern of an entry of model_limits is empty or holds a control character");
    }
    if (!seen.insert(entry.models).second) {
      return fail(Errc::invalid_parameter,
                  fmt::format("model_limits has two entries for \"{}\"", entry.models));
    }
    if (auto valid = check_each(entry.limits, fmt::format(" of \"{}\"", entry.models)); !valid) {
      return valid;
    }
  }
  return {};
}

}  // namespace weir::limit
