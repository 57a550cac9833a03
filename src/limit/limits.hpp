/// Limits of a key, as values: amount and period of each kind of use.
///
/// One row per limit; settings, columns of the store, command-line options and the name in a
/// refusal are derived from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enumerators.hpp"
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

/// "RPM", "TPM", "IPM", "RPD", "TPD", "IPD"; "concurrency" for calls in flight.
[[nodiscard]] std::string_view short_name(Dimension dimension);

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

/// Bound on entries, which are matched for each call.
inline constexpr std::size_t kMaxModelLimits = 100;

static_assert(sizeof(Limits) == kDimensionCount * sizeof(std::int64_t), "a member per Dimension");

struct LimitRow {
  std::string_view name;  ///< of the setting and the column
  std::string_view short_name;
  std::int64_t Limits::* member;
  std::int64_t max;
  std::string_view text;  ///< one sentence, for the reference
};

/// The row of `dimension`, with static lifetime.
[[nodiscard]] const LimitRow& describe(Dimension dimension);

/// One row per Dimension, in its order.
[[nodiscard]] std::span<const LimitRow, kDimensionCount> limit_rows();

/// Errors: invalid_parameter, naming the field: a limit below 0 or above its row's max, an entry
/// without a pattern, a duplicate pattern, too many entries.
[[nodiscard]] Result<> check(const Limits& limits, const std::vector<ModelLimits>& of_models);

}  // namespace weir::limit
