#include "store/detail/key_rows.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/detail/constant_sql.hpp"
#include "store/detail/key_columns.hpp"

namespace weir::store::detail {

namespace {

std::unexpected<Error> refuse_state(const Connection& connection) {
  return connection.refuse("a key has a state unknown to this version of Weir");
}

void bind_limits(Statement& insert, const limit::Limits& limits) {
  for (const limit::LimitRow& limit : limit::limit_rows()) insert.bind(limits.*limit.member);
}

Result<std::optional<KeyRow>> find_row(const Connection& connection, const char* sql,
                                       std::string_view text) {
  auto rows = connection.prepare(sql);
  if (!rows) return std::unexpected(rows.error());
  const auto row = rows->bind(text).step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto state = parse_key_state(rows->text(1));
  if (!state) return refuse_state(connection);
  return KeyRow{rows->number(0), *state};
}

/// Turns a violated UNIQUE of `run` into already_exists.
Result<> taken_if_unique_broken(const Connection& connection, Result<> run, std::string taken) {
  if (!run && connection.last_error() == SQLITE_CONSTRAINT_UNIQUE) {
    return fail(Errc::already_exists, std::move(taken));
  }
  return run;
}

Result<> insert_scope(const Connection& connection, std::int64_t key_seq, const Scope& scope,
                      const KeyGrant& grant) {
  static constexpr auto kSql = insert_sql("key_scopes", kScopeNames);
  for (const std::string& value : grant.*scope.list) {
    auto insert = connection.prepare(kSql.text());
    if (!insert) return std::unexpected(insert.error());
    insert->bind(key_seq).bind(scope.kind).bind(std::string_view(value));
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<> insert_model_limits(const Connection& connection, std::int64_t key_seq,
                             const std::vector<limit::ModelLimits>& entries) {
  static constexpr auto kSql = insert_sql("key_model_limits", kModelLimitNames);
  for (const limit::ModelLimits& entry : entries) {
    auto insert = connection.prepare(kSql.text());
    if (!insert) return std::unexpected(insert.error());
    insert->bind(key_seq).bind(std::string_view(entry.models));
    bind_limits(*insert, entry.limits);
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<std::int64_t> insert_key_row(const Connection& connection, const KeyRecord& key) {
  static constexpr auto kSql = insert_sql("keys", kKeyNames, " RETURNING seq");
  auto insert = connection.prepare(kSql.text());
  if (!insert) return std::unexpected(insert.error());
  for (const KeyColumn& column : kKeyColumns) column.bind(*insert, key);
  bind_limits(*insert, key.grant.limits);
  const auto row = insert->step();
  if (!row) return std::unexpected(row.error());
  const auto seq = insert->number(0);
  if (auto done = insert->run(); !done) return std::unexpected(done.error());
  return seq;
}

}  // namespace

Result<std::optional<KeyRow>> find_by_id(const Connection& connection, std::string_view id) {
  return find_row(connection, "SELECT seq, state FROM keys WHERE id = ?", id);
}

Result<std::optional<KeyRow>> find_by_id_or_live_name(const Connection& connection,
                                                      std::string_view text) {
  return find_row(connection,
                  "SELECT seq, state FROM keys "
                  "WHERE id = ?1 OR (name = ?1 AND state <> 'revoked')",
                  text);
}

Result<> insert_key(const Connection& connection, const KeyRecord& key) {
  const auto seq = insert_key_row(connection, key);
  if (!seq) {
    return taken_if_unique_broken(connection, std::unexpected(seq.error()),
                                  fmt::format("a key named {} already exists", key.name));
  }
  for (const KeySecret& secret : key.secrets | std::views::reverse) {
    if (auto done = insert_secret(connection, *seq, secret); !done) return done;
  }
  for (const Scope& scope : kScopes) {
    if (auto done = insert_scope(connection, *seq, scope, key.grant); !done) return done;
  }
  return insert_model_limits(connection, *seq, key.grant.model_limits);
}

Result<> insert_secret(const Connection& connection, std::int64_t key_seq,
                       const KeySecret& secret) {
  static constexpr auto kSql = insert_sql("key_secrets", kSecretNames);
  auto insert = connection.prepare(kSql.text());
  if (!insert) return std::unexpected(insert.error());
  insert->bind(key_seq)
      .bind(std::span<const std::byte>(secret.digest))
      .bind(std::string_view(secret.prefix))
      .bind(std::string_view(secret.last4))
      .bind(to_column(secret.created_at))
      .bind(to_column(secret.valid_until));
  return taken_if_unique_broken(connection, insert->run(), "a key with this secret already exists");
}

Result<> update_state(const Connection& connection, std::int64_t seq, KeyState state,
                      std::optional<WallTime> revoked_at) {
  auto update = connection.prepare("UPDATE keys SET state = ?2, revoked_at = ?3 WHERE seq = ?1");
  if (!update) return std::unexpected(update.error());
  return update->bind(seq).bind(name(state)).bind(to_column(revoked_at)).run();
}

Result<> update_limits(const Connection& connection, std::int64_t seq, const KeyGrant& grant) {
  static constexpr auto kSql = update_sql("keys", kLimitNames, " WHERE seq = ?");
  auto update = connection.prepare(kSql.text());
  if (!update) return std::unexpected(update.error());
  bind_limits(*update, grant.limits);
  update->bind(seq);
  if (auto done = update->run(); !done) return done;
  auto drop = connection.prepare("DELETE FROM key_model_limits WHERE key_seq = ?");
  if (!drop) return std::unexpected(drop.error());
  if (auto done = drop->bind(seq).run(); !done) return done;
  return insert_model_limits(connection, seq, grant.model_limits);
}

Result<> end_other_secrets(const Connection& connection, std::int64_t key_seq, const Digest& kept,
                           WallTime until, WallTime now) {
  auto update = connection.prepare(
      "UPDATE key_secrets SET valid_until = min(coalesce(valid_until, ?3), ?3) "
      "WHERE key_seq = ?1 AND digest <> ?2");
  if (!update) return std::unexpected(update.error());
  update->bind(key_seq).bind(std::span<const std::byte>(kept)).bind(to_column(until));
  if (auto done = update->run(); !done) return done;

  auto drop = connection.prepare(
      "DELETE FROM key_secrets WHERE key_seq = ?1 AND digest <> ?2 AND valid_until <= ?3");
  if (!drop) return std::unexpected(drop.error());
  return drop->bind(key_seq).bind(std::span<const std::byte>(kept)).bind(to_column(now)).run();
}

}  // namespace weir::store::detail
