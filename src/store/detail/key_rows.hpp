/// Changes of keys as rows: SQL of the SQLite store. KeyScan reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/detail/sqlite.hpp"
#include "store/key_record.hpp"

namespace weir::store::detail {

/// A key's row number and state.
struct KeyRow {
  std::int64_t seq;
  KeyState state;
};

/// Nothing if there is no such key.
[[nodiscard]] Result<std::optional<KeyRow>> find_by_id(const Connection& connection,
                                                       std::string_view id);
[[nodiscard]] Result<std::optional<KeyRow>> find_by_id_or_live_name(const Connection& connection,
                                                                    std::string_view text);

/// Errors: already_exists when name, id or a secret is taken. REQUIRES: within a transaction.
[[nodiscard]] Result<> insert_key(const Connection& connection, const KeyRecord& key);
[[nodiscard]] Result<> insert_secret(const Connection& connection, std::int64_t key_seq,
                                     const KeySecret& secret);

[[nodiscard]] Result<> update_state(const Connection& connection, std::int64_t seq, KeyState state,
                                    std::optional<WallTime> revoked_at);

/// Replaces the limits. REQUIRES: within a transaction.
[[nodiscard]] Result<> update_limits(const Connection& connection, std::int64_t seq,
                                     const KeyGrant& grant);

/// Ends all secrets of a key except `kept` at `until`, and drops those expired at `now`.
[[nodiscard]] Result<> end_other_secrets(const Connection& connection, std::int64_t key_seq,
                                         const Digest& kept, WallTime until, WallTime now);

}  // namespace weir::store::detail
