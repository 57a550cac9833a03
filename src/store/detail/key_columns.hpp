/// The columns of keys, one row each: SQL, binding and reading are derived from them. The schema
/// itself is in migrations.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "limit/limits.hpp"
#include "store/detail/sqlite.hpp"
#include "store/key_record.hpp"

namespace weir::store::detail {

inline std::int64_t to_column(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inline std::optional<std::int64_t> to_column(std::optional<WallTime> time) {
  if (!time) return std::nullopt;
  return to_column(*time);
}

inline WallTime to_time(std::int64_t column) { return WallTime(std::chrono::milliseconds(column)); }

inline std::optional<WallTime> to_time(std::optional<std::int64_t> column) {
  if (!column) return std::nullopt;
  return to_time(*column);
}

/// A column of `keys` that is not a limit.
struct KeyColumn {
  std::string_view name;
  void (*bind)(Statement& insert, const KeyRecord& key);
  /// False for a value that this version does not know.
  bool (*read)(const Statement& row, int column, KeyRecord& key);
};

inline constexpr KeyColumn kKeyColumns[] = {
    {"id", [](Statement& insert, const KeyRecord& key) { insert.bind(std::string_view(key.id)); },
     [](const Statement& row, int column, KeyRecord& key) {
       key.id = row.text(column);
       return true;
     }},
    {"name",
     [](Statement& insert, const KeyRecord& key) { insert.bind(std::string_view(key.name)); },
     [](const Statement& row, int column, KeyRecord& key) {
       key.name = row.text(column);
       return true;
     }},
    {"state", [](Statement& insert, const KeyRecord& key) { insert.bind(name(key.state)); },
     [](const Statement& row, int column, KeyRecord& key) {
       const auto state = parse_key_state(row.text(column));
       key.state = state.value_or(KeyState::revoked);
       return state.has_value();
     }},
    {"created_at",
     [](Statement& insert, const KeyRecord& key) { insert.bind(to_column(key.created_at)); },
     [](const Statement& row, int column, KeyRecord& key) {
       key.created_at = to_time(row.number(column));
       return true;
     }},
    {"expires_at",
     [](Statement& insert, const KeyRecord& key) { insert.bind(to_column(key.grant.expires_at)); },
     [](const Statement& row, int column, KeyRecord& key) {
       key.grant.expires_at = to_time(row.optional_number(column));
       return true;
     }},
    {"revoked_at",
     [](Statement& insert, const KeyRecord& key) { insert.bind(to_column(key.revoked_at)); },
     [](const Statement& row, int column, KeyRecord& key) {
       key.revoked_at = to_time(row.optional_number(column));
       return true;
     }},
};

/// A list of the grant that is kept in `key_scopes`, by the `kind` of its rows.
struct Scope {
  std::string_view kind;
  std::vector<std::string> KeyGrant::* list;
};

inline constexpr Scope kScopes[] = {
    {"model", &KeyGrant::models},
    {"sub_type", &KeyGrant::sub_types},
    {"network", &KeyGrant::networks},
};

/// `columns` and the limits, in the order of read_limits and bind_limits.
template <std::size_t kSize>
constexpr auto with_limits(const std::array<std::string_view, kSize>& columns) {
  std::array<std::string_view, kSize + limit::kDimensionCount> all;
  const auto limits = std::ranges::copy(columns, all.begin()).out;
  std::ranges::transform(limit::limit_rows(), limits, &limit::LimitRow::name);
  return all;
}

inline constexpr auto kKeyNames = with_limits([] {
  std::array<std::string_view, std::size(kKeyColumns)> names;
  std::ranges::transform(kKeyColumns, names.begin(), &KeyColumn::name);
  return names;
}());
inline constexpr auto kLimitNames = with_limits(std::array<std::string_view, 0>{});
inline constexpr auto kModelLimitNames =
    with_limits(std::to_array<std::string_view>({"key_seq", "models"}));
inline constexpr auto kSecretNames = std::to_array<std::string_view>(
    {"key_seq", "digest", "prefix", "last4", "created_at", "valid_until"});
inline constexpr auto kScopeNames = std::to_array<std::string_view>({"key_seq", "kind", "value"});

}  // namespace weir::store::detail
