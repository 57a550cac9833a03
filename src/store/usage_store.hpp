/// Usage of calls, per key, model and day: counts that only grow.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace weir::store {

/// A day in UTC.
using Day = std::chrono::sys_days;

struct UsageCounts {
  std::int64_t requests = 0;
  std::int64_t failed = 0;         ///< of the requests
  std::int64_t prompt_tokens = 0;  ///< estimated where it was not reported
  std::int64_t completion_tokens = 0;
  std::int64_t images = 0;
  std::int64_t estimated = 0;  ///< requests whose tokens are an estimate
  // Most calls have none of these.
  std::int64_t cached_tokens = 0;     ///< of the prompt tokens
  std::int64_t reasoning_tokens = 0;  ///< of the completion tokens
  std::int64_t audio_seconds = 0;     ///< heard; a part of a second counts as one
  std::int64_t characters = 0;        ///< spoken

  /// Sums saturate at the largest number. REQUIRES: neither side has negative counts.
  void add(const UsageCounts& other);
  [[nodiscard]] bool has_rare() const {
    return (cached_tokens | reasoning_tokens | audio_seconds | characters) != 0;
  }
  bool operator==(const UsageCounts&) const = default;
};

/// Every count, in the order of their columns; new ones are added at the end.
inline constexpr std::array kUsageMembers{
    &UsageCounts::requests,          &UsageCounts::failed,           &UsageCounts::prompt_tokens,
    &UsageCounts::completion_tokens, &UsageCounts::images,           &UsageCounts::estimated,
    &UsageCounts::cached_tokens,     &UsageCounts::reasoning_tokens, &UsageCounts::audio_seconds,
    &UsageCounts::characters,
};
/// The counts before those of has_rare.
inline constexpr std::size_t kUsualCounts = 6;
static_assert(sizeof(UsageCounts) == kUsageMembers.size() * sizeof(std::int64_t));

struct UsageRow {
  Day day;
  /// A stored key's id, or "config:<name>" for a key in the config file; empty if unknown.
  std::string key_id;
  std::string model;  ///< empty if unknown
  UsageCounts counts;

  bool operator==(const UsageRow&) const = default;
};

/// Rows to add, with an identity that makes the addition idempotent.
struct UsageBatch {
  std::string writer;       ///< unique to a run of a process
  std::int64_t number = 0;  ///< increases with each batch of a writer
  WallTime made_at;
  std::vector<UsageRow> rows;
};

struct UsageFilter {
  Day from;
  Day to;  ///< inclusive
  std::optional<std::string> key_id = {};
  std::optional<std::string> model = {};
};

/// A writer that has been silent this long is forgotten, along with its number.
inline constexpr std::chrono::days kUsageWriterKept{30};

/// The validation that every store applies to a batch. Errors: invalid_parameter.
[[nodiscard]] Result<> check(const UsageBatch& batch);

/// Every implementation passes usage_contract_test.cpp.
///
/// Errors:  store_failed when the store cannot be read or written, saying why.
/// Threads: any; calls may wait for a disk or another process, so they are not for I/O threads.
class UsageStore {
 public:
  UsageStore() = default;
  UsageStore(const UsageStore&) = delete;
  UsageStore& operator=(const UsageStore&) = delete;
  virtual ~UsageStore() = default;

  /// Adds all rows, or none. A batch whose number is not above its writer's last one is
  /// acknowledged and adds nothing: after an error, which may have followed the commit, the same
  /// batch can be sent again until it is acknowledged.
  /// Errors: invalid_parameter for a batch that `check` refuses.
  [[nodiscard]] virtual Result<> add_usage(const UsageBatch& batch) = 0;

  /// Ordered by day, key id and model.
  [[nodiscard]] virtual Result<std::vector<UsageRow>> usage(const UsageFilter& filter) = 0;

  /// The last `most` days that have usage, newest first.
  [[nodiscard]] virtual Result<std::vector<Day>> usage_days(std::size_t most) = 0;

  /// Deletes usage of days before `before`, the oldest first, at most `max_rows` rows: a bound on
  /// how long others wait. Returns how many; fewer than `max_rows` means that none are left.
  /// REQUIRES: max_rows > 0.
  [[nodiscard]] virtual Result<std::int64_t> delete_usage(Day before, std::int64_t max_rows) = 0;
};

}  // namespace weir::store
