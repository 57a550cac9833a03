/// Limits of a key, as values: amount and period of each kind of use.
///
/// One row per limit; settings, columns of the store, command-line options and the name in a
/// refusal are derived from it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_table.hpp"
#include "base/result.hpp"

namespace weir::limit {

/// The limited quantities, in the order of limit_rows().
enum class Dimension : std::uint8_t {
  requests_per_minute,
  tokens_per_minute,
  images_per_minute,
  requests_per_day,
  tokens_per_day,
  images_per_day,
  in_flight,
};
inline constexpr std::size_t kDimensionCount = kEnumeratorCount<Dimension>;

/// 0 means no limit. A day is any 24 hours, and a minute any 60 seconds.
struct Limits {
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;  ///< prompt and answer together
  std::int64_t images_per_minute = 0;
  std::int64_t requests_per_day = 0;
  std::int64_t tokens_per_day = 0;
  std::int64_t images_per_day = 0;
  std::int64_t max_in_flight = 0;  ///< concurrent calls

  bool operator==(const Limits&) const = default;
};

/// Limits applied to each matching model separately. Only the first entry that matches a model
/// applies.
struct ModelLimits {
  std::string models;  ///< glob
  Limits limits;

  bool operator==(const ModelLimits&) const = default;
};

/// The entry that applies to `model`; null: none. Also of a pattern, whose models share one window
/// when there are too many of them: its own entry. Lifetime: that of `entries`.
[[nodiscard]] const ModelLimits* entry_for(std::span<const ModelLimits> entries,
                                           std::string_view model);

/// Bound on entries, which are matched for each call.
inline constexpr std::size_t kMaxModelLimits = 100;

static_assert(sizeof(Limits) == kDimensionCount * sizeof(std::int64_t), "a member per Dimension");

struct LimitRow {
  std::string_view name;        ///< of the setting and the column
  std::string_view short_name;  ///< in a refusal: "RPM"
  std::int64_t Limits::* member;
  std::int64_t max;
  std::string_view text;  ///< one sentence, for the reference
};

// More than one server can do, yet small enough that sums stay far below 2^63.
inline constexpr std::int64_t kMillion = 1'000'000;
inline constexpr std::int64_t kBillion = 1'000'000'000;

inline constexpr EnumTable<Dimension, LimitRow> kLimitRows({
    {Dimension::requests_per_minute,
     {"requests_per_minute", "RPM", &Limits::requests_per_minute, kMillion,
      "Requests in any 60 seconds."}},
    {Dimension::tokens_per_minute,
     {"tokens_per_minute", "TPM", &Limits::tokens_per_minute, kBillion,
      "Prompt and completion tokens in any 60 seconds."}},
    {Dimension::images_per_minute,
     {"images_per_minute", "IPM", &Limits::images_per_minute, kMillion,
      "Generated images in any 60 seconds."}},
    {Dimension::requests_per_day,
     {"requests_per_day", "RPD", &Limits::requests_per_day, kBillion, "Requests in any 24 hours."}},
    {Dimension::tokens_per_day,
     {"tokens_per_day", "TPD", &Limits::tokens_per_day, 4 * kBillion,
      "Prompt and completion tokens in any 24 hours."}},
    {Dimension::images_per_day,
     {"images_per_day", "IPD", &Limits::images_per_day, kBillion,
      "Generated images in any 24 hours."}},
    {Dimension::in_flight,
     {"max_in_flight", "concurrency", &Limits::max_in_flight, kMillion, "Concurrent calls."}},
});

/// The row of `dimension`, with static lifetime.
[[nodiscard]] constexpr const LimitRow& describe(Dimension dimension) {
  return kLimitRows[dimension];
}

/// One row per Dimension, in its order.
[[nodiscard]] constexpr std::span<const LimitRow, kDimensionCount> limit_rows() {
  return kLimitRows.rows();
}

/// "RPM", "TPM", "IPM", "RPD", "TPD", "IPD"; "concurrency" for calls in flight.
[[nodiscard]] constexpr std::string_view short_name(Dimension dimension) {
  return describe(dimension).short_name;
}

static_assert(std::ranges::all_of(limit_rows(), [](const LimitRow& row) {
  return std::ranges::count(limit_rows(), row.member, &LimitRow::member) == 1;
}));

/// Errors: invalid_parameter, naming the field: a limit below 0 or above its row's max, an entry
/// without a pattern, a duplicate pattern, too many entries.
[[nodiscard]] Result<> check(const Limits& limits, const std::vector<ModelLimits>& of_models);

}  // namespace weir::limit
